/**
 * What the store knows about a task, as the rest of the code sees it. How it lies in the
 * store is told in `taskMeta.ts`. Source: `_get_result_meta` in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import type { DateTime } from '../serialization/dateTime.js';
import { withJsonForm } from '../serialization/jsonForm.js';
import { PENDING, type State } from '../states.js';
import type { ResultTuple } from './resultTuple.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What the store knows about a task. Celery: the dict of `_get_result_meta`.
 *
 * @category model
 * @since 0.1.0
 */
export interface TaskMeta {
  /** The task that it is about. */
  readonly taskId: string;
  /** The state of the task. */
  readonly status: State;
  /**
   * The task's value; in RETRY, FAILURE and REVOKED a `TaskException`, unless something
   * else was stored. Undefined where the store has none.
   */
  readonly result: unknown;
  /** As Python prints it, where there is an exception; null where nobody said. */
  readonly traceback: string | null;
  /** The results of the tasks that this one has started; null where nobody said. */
  readonly children: ReadonlyArray<ResultTuple> | null;
  /** Null until the task is ready. */
  readonly dateDone: DateTime | null;
  /** The group that the task is a member of. */
  readonly groupId?: string;
  /** The task that called it. */
  readonly parentId?: string;
  /** This and what follows is there only with Celery's `result_extended`. */
  readonly name?: string | null;
  /** Its arguments. */
  readonly args?: unknown;
  /** Its keyword arguments. */
  readonly kwargs?: unknown;
  /** The name of the worker that ran it. */
  readonly worker?: string | null;
  /** How many times it was tried before. */
  readonly retries?: number;
  /** The queue that it came by. */
  readonly queue?: string | null;
  /** Stamps, and whatever else the wire holds, by its name there; written last, over the other members. */
  readonly rest: Readonly<Record<string, unknown>>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * What is known of a task that the store doesn't know.
 *
 * @category constructors
 * @since 0.1.0
 */
export const pendingMeta = (taskId: string): TaskMeta => ({
  taskId,
  status: PENDING,
  result: null,
  traceback: null,
  children: null,
  dateDone: null,
  rest: {},
});

/**
 * The same but for the result, which a codec may have made a bigint of.
 *
 * @internal
 */
export const withResult = (meta: TaskMeta, result: unknown): TaskMeta =>
  withJsonForm({ ...meta, result });
