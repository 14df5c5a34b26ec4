/**
 * `useTask`: the state of a task, as it comes.
 *
 * @since 0.1.0
 */
import { useMemo, useSyncExternalStore } from 'react';
import * as Rx from 'rxjs';
import {
  type Codec,
  type Codecs,
  type TaskState,
  type WatchError,
  watchTask,
} from '../browser/index.js';
import { isReady } from '../states.js';
import { type Source, useSource } from './provider.js';
import { type Store, store } from './store.js';
import type { ReadyTaskState, TaskView } from './views.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * How far the task is; `idle` for an id that is not known yet. It is watched as long as the
 * component is mounted, over the one connection of the page. The codec is taken with the id:
 * it may be a new one each time that the component is rendered.
 *
 * @example
 * import * as t from 'io-ts'
 * import { useTask } from 'chordis/react'
 *
 * export const Sum = ({ id }: { id: string | undefined }) => {
 *   const { phase, state, error } = useTask(id, t.number)
 *   if (error !== undefined) return error.message
 *   if (phase !== 'ready') return state?.status ?? '…'
 *   return state.status === 'SUCCESS' ? state.result.toFixed(2) : state.result.repr
 * }
 *
 * @category constructors
 * @since 0.1.0
 */
export const useTask = <A = unknown, P = unknown>(
  id: string | null | undefined,
  codec?: Codec<A> | Codecs<A, P>,
): TaskView<A, P> => {
  const source = useSource();
  // not by the codec: of one that is written in place there is a new one each time
  const { subscribe, view, first } = useMemo(() => taskStore(source, id, codec), [source, id]);
  return useSyncExternalStore(subscribe, view, first);
};

// -------------------------------------------------------------------------------------
// the store
// -------------------------------------------------------------------------------------

const idle = { phase: 'idle', state: undefined, error: undefined } as const;
const unheard = { phase: 'following', state: undefined, error: undefined } as const;

type News<A, P> = { readonly state: TaskState<A, P> } | { readonly error: WatchError };

const taskStore = <A, P>(
  { addressOf, options }: Source,
  id: string | null | undefined,
  codec: Codec<A> | Codecs<A, P> | undefined,
): Store<TaskView<A, P>> => {
  if (id === null || id === undefined)
    return store<TaskView<A, P>, never>(idle, () => Rx.EMPTY, same);
  const news$ = watchTask(addressOf('task', id), codec, options).pipe(
    Rx.map((state): News<A, P> => ({ state })),
    Rx.catchError((error: WatchError) => Rx.of({ error })),
  );
  return store<TaskView<A, P>, News<A, P>>(
    unheard,
    () => news$,
    ({ state }, news) =>
      'error' in news
        ? { phase: 'error', state, error: news.error }
        : isLast(news.state)
          ? { phase: 'ready', state: news.state, error: undefined }
          : { phase: 'following', state: news.state, error: undefined },
  );
};

const same = <V>(view: V): V => view;

const isLast = <A, P>(state: TaskState<A, P>): state is ReadyTaskState<A> => isReady(state.status);
