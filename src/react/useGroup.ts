/**
 * `useGroup`: the states of many tasks, and how far they are together.
 *
 * @since 0.1.0
 */
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import * as Rx from 'rxjs';
import {
  type Codec,
  type Codecs,
  type GroupProgress,
  type TaskState,
  type WatchError,
  watchGroup,
  watchTask,
  watchTasks,
} from '../browser/index.js';
import { isReady, PROPAGATE_STATES } from '../states.js';
import { type Source, useSource } from './provider.js';
import { type Store, store } from './store.js';
import type { GroupView } from './views.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * How far the tasks are, by a list of their ids, or the tasks of a saved group, by its id;
 * `idle` for what is not known yet. Of a list, each task is watched by itself: one whose stream
 * fails leaves the others be. The list may be a new one with the same ids, and the codec a new
 * one, each time that the component is rendered; of ids that are in a longer or shorter list
 * too, what is known is kept, and what was ready is not asked for again.
 *
 * @example
 * import { createElement } from 'react'
 * import { useGroup } from 'chordis/react'
 *
 * export const Album = ({ ids }: { ids: ReadonlyArray<string> }) => {
 *   const { progress, states } = useGroup(ids)
 *   return createElement(
 *     'section',
 *     null,
 *     createElement('progress', { value: progress.ready, max: progress.total }),
 *     ids.map((id) => createElement('p', { key: id }, states.get(id)?.status ?? '…')),
 *   )
 * }
 *
 * @category constructors
 * @since 0.1.0
 */
export const useGroup = <A = unknown, P = unknown>(
  group: string | ReadonlyArray<string> | null | undefined,
  codec?: Codec<A> | Codecs<A, P>,
): GroupView<A, P> => {
  const source = useSource();
  const asked = JSON.stringify(group);
  const shown = useRef<Shown<A, P>>({ source, states: new Map() });
  // by what the list holds, and not by the codec, which may be new ones each time
  const { subscribe, view, first } = useMemo(
    () =>
      groupStore(source, group, codec, shown.current.source === source ? shown.current : undefined),
    [source, asked],
  );
  const current = useSyncExternalStore(subscribe, view, first);
  useEffect(() => {
    shown.current = { source, states: current.states };
  });
  return current;
};

/** What a component showed last. */
interface Shown<A, P> extends Pick<GroupView<A, P>, 'states'> {
  readonly source: Source;
}

// -------------------------------------------------------------------------------------
// the store
// -------------------------------------------------------------------------------------

type News<A, P> =
  | { readonly state: TaskState<A, P> }
  | { readonly progress: GroupProgress }
  | { readonly error: WatchError }
  | { readonly isOver: true };

const groupStore = <A, P>(
  source: Source,
  group: string | ReadonlyArray<string> | null | undefined,
  codec: Codec<A> | Codecs<A, P> | undefined,
  shown: Shown<A, P> | undefined,
): Store<GroupView<A, P>> => {
  const ids = Array.isArray(group) ? [...new Set<string>(group)] : [];
  const states = new Map(
    ids.flatMap((id) => {
      const state = shown?.states.get(id);
      return state === undefined ? [] : [[id, state] as const];
    }),
  );
  const first: GroupView<A, P> = {
    phase: group === null || group === undefined ? 'idle' : 'following',
    progress: progressOf(states, ids.length),
    states,
    error: undefined,
  };
  if (first.phase === 'idle') {
    return store<GroupView<A, P>, never>(
      first,
      () => Rx.EMPTY,
      (view) => view,
    );
  }
  const newsAfter = (view: GroupView<A, P>) => {
    const news$ =
      typeof group === 'string'
        ? ofSaved(source, group, codec)
        : ofTasks(source, unready(ids, view), codec);
    return Rx.concat(news$, Rx.of<News<A, P>>({ isOver: true })).pipe(together);
  };
  return store(first, newsAfter, (view, news) => viewAfter(view, news, ids.length));
};

const unready = <A, P>(ids: ReadonlyArray<string>, { states }: GroupView<A, P>) =>
  ids.filter((id) => !isReady(states.get(id)?.status ?? 'PENDING'));

const ofTasks = <A, P>(
  { addressOf, options }: Source,
  ids: ReadonlyArray<string>,
  codec: Codec<A> | Codecs<A, P> | undefined,
): Rx.Observable<News<A, P>> =>
  Rx.from(ids).pipe(
    Rx.mergeMap((id) => watchTask(addressOf('task', id), codec, options).pipe(asNews)),
  );

const ofSaved = <A, P>(
  { addressOf, options }: Source,
  groupId: string,
  codec: Codec<A> | Codecs<A, P> | undefined,
): Rx.Observable<News<A, P>> => {
  const address = addressOf('group', groupId);
  return Rx.merge(
    watchTasks(address, codec, options).pipe(asNews),
    watchGroup(address, options).pipe(
      Rx.map((progress) => ({ progress })),
      // the states end by the same error
      Rx.catchError(() => Rx.EMPTY),
    ),
  );
};

const asNews = <A, P>(states$: Rx.Observable<TaskState<A, P>>): Rx.Observable<News<A, P>> =>
  states$.pipe(
    Rx.map((state) => ({ state })),
    Rx.catchError((error: WatchError) => Rx.of({ error })),
  );

/** What comes in one turn comes together, so that a component is rendered once for it. */
const together = <N>(news$: Rx.Observable<N>): Rx.Observable<ReadonlyArray<N>> =>
  news$.pipe(
    Rx.connect((shared$) =>
      shared$.pipe(Rx.buffer(shared$.pipe(Rx.audit(() => Promise.resolve())))),
    ),
  );

const viewAfter = <A, P>(
  before: GroupView<A, P>,
  news: ReadonlyArray<News<A, P>>,
  listed: number,
): GroupView<A, P> => {
  const states = new Map(before.states);
  let { phase, progress, error } = before;
  for (const each of news) {
    if ('state' in each) states.set(each.state.taskId, each.state);
    else if ('progress' in each) progress = each.progress;
    else if ('error' in each) error ??= each.error;
    else phase = error === undefined ? 'ready' : 'error';
  }
  return { phase, progress: listed > 0 ? progressOf(states, listed) : progress, states, error };
};

const progressOf = (
  states: ReadonlyMap<string, TaskState<unknown>>,
  total: number,
): GroupProgress => {
  const ready = [...states.values()].filter(({ status }) => isReady(status));
  const failed = ready.filter(({ status }) => PROPAGATE_STATES.has(status));
  return { ready: ready.length, total, failed: failed.length };
};
