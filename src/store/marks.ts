/**
 * What a worker says of the task that it runs: a result under the state that goes with it.
 * Source: `mark_as_started` and its kin in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import type { TaskException } from '../errors/taskException.js';
import type { Operation } from '../operation/operation.js';
import { chain, map, type Run, settled } from '../operation/run.js';
import {
  FAILURE,
  PROPAGATE_STATES,
  RETRY,
  REVOKED,
  STARTED,
  type State,
  SUCCESS,
} from '../states.js';
import { pythonException } from '../wire/exception.js';
import { type ChainedTask, chainedTasks } from '../wire/request.js';
import { fromThrown } from '../wire/thrown.js';
import { withTraceback } from '../wire/traceback.js';
import type { Execution } from './execution.js';
import type { StoreOptions, Storing } from './storing.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What may come with a mark. `state` replaces the mark's own, and `storeResult: false`
 * stores nothing.
 *
 * @category model
 * @since 0.1.0
 */
export interface MarkOptions extends StoreOptions {
  readonly state?: State;
  readonly storeResult?: boolean;
}

export interface Marks {
  readonly started: (taskId: string, meta?: Readonly<Record<string, unknown>>) => Operation<void>;
  readonly done: (taskId: string, result: unknown, options?: MarkOptions) => Operation<void>;
  /** The rest of the task's chain fails with it. */
  readonly failure: (taskId: string, exc: unknown, options?: MarkOptions) => Operation<void>;
  readonly retry: (taskId: string, exc: unknown, options?: StoreOptions) => Operation<void>;
  readonly revoked: (taskId: string, reason?: string, options?: MarkOptions) => Operation<void>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const marks = (execution: Execution, storing: Storing): Marks => {
  const marking = (
    taskId: string,
    result: unknown,
    ownState: State,
    options?: MarkOptions | null,
  ): Run<void> => {
    const { state = ownState, storeResult = true, ...more } = options ?? {};
    return storeResult ? pipe(storing(taskId, result, state, more), map(constVoid)) : nothing;
  };

  /**
   * One task of the chain of a task that failed. A member of a chord (`inChord`) that had
   * not failed before also has its part to return, here and after the store, whether or not
   * anything is stored: Celery calls `on_chord_part_return`.
   */
  const failingChained = (
    { request }: ChainedTask,
    exception: TaskException,
    options?: MarkOptions | null,
  ): Run<void> => {
    const { state = FAILURE, storeResult = true, traceback = null } = options ?? {};
    return request !== null && PROPAGATE_STATES.has(state)
      ? marking(request.id, exception, state, { storeResult, traceback, request })
      : nothing;
  };

  return {
    started: (taskId, meta = {}) => execution.operation(() => marking(taskId, meta, STARTED)),
    done: (taskId, result, options) =>
      execution.operation(() =>
        options?.request?.ignoreResult === true
          ? nothing
          : marking(taskId, result, SUCCESS, options),
      ),
    failure: (taskId, exc, given) =>
      execution.operation(() => {
        const exception = fromThrown(exc);
        const options: MarkOptions = withTraceback(exc, given);
        return pipe(
          marking(taskId, exception, FAILURE, options),
          // only then: a chain that throws when it is looked at loses no failure
          chain(() =>
            chainedTasks(options?.request).reduce(
              (before, task) =>
                pipe(
                  before,
                  chain(() => failingChained(task, exception, options)),
                ),
              nothing,
            ),
          ),
        );
      }),
    retry: (taskId, exc, options) =>
      execution.operation(() =>
        marking(taskId, exc === null ? null : fromThrown(exc), RETRY, withTraceback(exc, options)),
      ),
    revoked: (taskId, reason = '', options) =>
      execution.operation(() =>
        marking(
          taskId,
          pythonException('TaskRevokedError', [reason], 'celery.exceptions'),
          REVOKED,
          options,
        ),
      ),
  };
};

const nothing: Run<void> = settled(E.right(undefined));
