/**
 * What the hooks show: how far that is which is watched, as plain data that stays the same
 * object until there is news.
 *
 * @since 0.1.0
 */
import type { GroupProgress, StateIn, TaskState, WatchError } from '../browser/index.js';
import type { ReadyState } from '../states.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * The last state of a task whose result is an `A`: its value, or the exception that it ended
 * with.
 *
 * @category model
 * @since 0.1.0
 */
export type ReadyTaskState<A = unknown> = Extract<TaskState<A>, StateIn<ReadyState, unknown>>;

/**
 * How far a task is, by `phase`: `idle` where there is none to watch, `following` until it is
 * ready, `ready`, or `error` where what is watched ended without a ready state. `state` is the
 * one told last.
 *
 * @category model
 * @since 0.1.0
 */
export type TaskView<A = unknown, P = unknown> =
  | { readonly phase: 'idle'; readonly state: undefined; readonly error: undefined }
  | {
      readonly phase: 'following';
      readonly state: TaskState<A, P> | undefined;
      readonly error: undefined;
    }
  | { readonly phase: 'ready'; readonly state: ReadyTaskState<A>; readonly error: undefined }
  | {
      readonly phase: 'error';
      readonly state: TaskState<A, P> | undefined;
      readonly error: WatchError;
    };

/**
 * How far the tasks of a group are. It is `ready` once all of them are, and `error` where the
 * others are and the streams of some ended without a ready state: `error` is the first of why,
 * and is told as soon as it is known.
 *
 * @category model
 * @since 0.1.0
 */
export interface GroupView<A = unknown, P = unknown> {
  readonly phase: 'idle' | 'following' | 'ready' | 'error';
  /** Of a saved group, all zero until the server has told its tasks. */
  readonly progress: GroupProgress;
  /** By the ids of the tasks, those that a state was told of. */
  readonly states: ReadonlyMap<string, TaskState<A, P>>;
  readonly error: WatchError | undefined;
}
