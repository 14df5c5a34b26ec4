/** Tasks and a group as they are watched: each state is shown as it arrives. */
import type { RedisBackend, TaskMeta } from 'chordis';
import * as Rx from 'rxjs';
import type { Screen } from './screen.js';

/** Of a task that is watched: its id, and what it is called on the screen. */
export interface Watched {
  readonly id: string;
  readonly name: string;
}

/** Shows each state of a task as it arrives; emits the last one. */
export const watch =
  (backend: RedisBackend, screen: Screen) =>
  ({ id, name }: Watched): Rx.Observable<TaskMeta> =>
    backend.resultConsumer.consumeFrom(id).pipe(
      Rx.tap((meta) => screen.show(name, meta)),
      Rx.last(),
    );

/** Shows how many of a group are ready, in the line of what waits for them. */
export const count = (
  backend: RedisBackend,
  screen: Screen,
  { id: groupId, name }: Watched,
  members: ReadonlyArray<Watched>,
): Rx.Observable<never> =>
  backend
    .groupResult(
      groupId,
      members.map(({ id }) => backend.asyncResult(id)),
    )
    .progress$.pipe(
      Rx.tap((progress) => screen.showGroup(name, progress)),
      Rx.ignoreElements(),
    );
