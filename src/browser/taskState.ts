/**
 * `TaskState`: a task's state as it reaches a page, which is the JSON of a `TaskMeta`.
 *
 * @since 0.1.0
 */
import type { TaskException } from '../errors/taskException.js';
import type { OwnState } from '../result/typedMeta.js';
import type { KnownState, ReadyState, State } from '../states.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A task in one of the states `S`, with a result of the type `R`. Members that the server's
 * `select` leaves out are not there.
 *
 * @category model
 * @since 0.1.0
 */
export interface StateIn<S extends State, R> {
  readonly taskId: string;
  readonly status: S;
  readonly result: R;
  readonly traceback?: string | null;
  /** As Python wrote it, in ISO 8601; null until the task is ready. */
  readonly dateDone?: string | null;
  readonly [member: string]: unknown;
}

/**
 * A state of a task whose result is an `A`, and whose own states carry a `P`; `status` tells
 * which.
 *
 * @category model
 * @since 0.1.0
 */
export type TaskState<A = unknown, P = unknown> =
  | StateIn<'SUCCESS', A>
  | StateIn<'FAILURE' | 'REVOKED', TaskException>
  | StateIn<'RETRY', TaskException | null>
  | StateIn<Exclude<KnownState, ReadyState | 'RETRY'>, unknown>
  | StateIn<'PROGRESS' | OwnState, P>;

/**
 * How many tasks of a group are ready; `failed` of these have failed or were revoked.
 *
 * @category model
 * @since 0.1.0
 */
export interface GroupProgress {
  readonly ready: number;
  readonly total: number;
  readonly failed: number;
}
