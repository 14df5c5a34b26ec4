/**
 * A key can become ready with nobody telling: a worker of another make stores without a
 * message, a replica is filled anew, a proxy has opened its upstream again. So all that is
 * watched is read once more within an interval, in bounded pieces spread over it.
 *
 * Only a ready state is news then; another one has been heard, or will be.
 *
 * @since 0.1.0
 */
import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import * as Rx from 'rxjs';
import { ResponseError } from '../errors/errors.js';
import { fromRun } from '../operation/operation.js';
import type { Found, Subscriber } from '../port/commands.js';
import { chunks } from './chunks.js';
import type { Registry, TaskChannel } from './registry.js';

export interface BackstopOptions {
  readonly registry: Registry;
  readonly scheduler: Rx.SchedulerLike;
  /** In which all is read once, in seconds; 0: never. */
  readonly backstopInterval: number;
  /** Something is read at least as often as this, in seconds; 0: once an interval. */
  readonly healthCheckInterval: number;
  readonly found: (channel: TaskChannel, value: Found['value']) => void;
}

/** So few are read each time, however many more could wait. */
const LEAST = 100;

/** Never emits, and never fails: what can't be read now is looked at again later. */
export const backstop = (
  subscriber: Subscriber,
  { registry, scheduler, backstopInterval, healthCheckInterval, found }: BackstopOptions,
): Rx.Observable<never> => {
  if (backstopInterval === 0) return Rx.NEVER;
  const period = Math.min(backstopInterval, healthCheckInterval || backstopInterval);
  const share = period / backstopInterval;

  const look = (chunk: ReadonlyArray<TaskChannel>): Rx.Observable<never> => {
    const names = chunk.map((channel) => registry.nameOf(channel));
    return subscriber.read(names).pipe(
      Rx.toArray(),
      // a message that is on its way comes before the reply to this
      Rx.delayWhen(() => fromRun(subscriber.ping)),
      Rx.tap((pieces) => {
        for (const { at, value } of pieces.flat()) {
          const channel = chunk[at];
          // one that is still to be joined will be read then
          if (channel?.state === 'following') found(channel, value);
        }
      }),
      Rx.ignoreElements(),
      // keys that the server does not take together are read apart
      Rx.catchError((error) =>
        error instanceof ResponseError && chunk.length > 1
          ? Rx.from(RA.chunksOf(Math.ceil(chunk.length / 2))(chunk)).pipe(Rx.concatMap(look))
          : Rx.EMPTY,
      ),
    );
  };

  return Rx.interval(period * 1000, scheduler).pipe(
    Rx.exhaustMap(() =>
      Rx.from(
        chunks(registry.next(Math.max(LEAST, Math.ceil(registry.size * share))), registry),
      ).pipe(Rx.concatMap(look)),
    ),
  );
};
