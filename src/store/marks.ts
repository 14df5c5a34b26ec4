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
import { chain, inTurn, map, nothing, type Run, settled } from '../operation/run.js';
import { FAILURE, RETRY, REVOKED, STARTED, type State, SUCCESS } from '../states.js';
import { pythonException } from '../wire/exception.js';
import { chainedTasks, type TaskRequest } from '../wire/request.js';
import { fromThrown } from '../wire/thrown.js';
import { withTraceback } from '../wire/traceback.js';
import type { Execution } from './execution.js';
import type { Following } from './following.js';
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
  /** Whether the request's errbacks are told of a failure; `true`, unless told. */
  readonly callErrbacks?: boolean;
}

export interface Marks {
  readonly started: (
    taskId: string,
    meta?: Readonly<Record<string, unknown>>,
    options?: StoreOptions,
  ) => Operation<void>;
  readonly done: (taskId: string, result: unknown, options?: MarkOptions) => Operation<void>;
  /** The rest of the task's chain fails with it. */
  readonly failure: (taskId: string, exc: unknown, options?: MarkOptions) => Operation<void>;
  readonly retry: (taskId: string, exc: unknown, options?: StoreOptions) => Operation<void>;
  readonly revoked: (taskId: string, reason?: string, options?: MarkOptions) => Operation<void>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** What belongs to a mark follows it, in Celery's order: the part, the chain, the errbacks. */
export const marks = (execution: Execution, storing: Storing, following: Following): Marks => {
  const mark = (
    taskId: string,
    result: unknown,
    ownState: State,
    options: MarkOptions | null | undefined,
  ): Run<void> => {
    const { state = ownState, storeResult = true, callErrbacks: _, ...more } = options ?? {};
    return pipe(
      storeResult ? pipe(storing(taskId, result, state, more), map(constVoid)) : nothing,
      chain(() =>
        isMember(more.request) ? following.returnPart(more.request, state, result) : nothing,
      ),
      map(constVoid),
    );
  };

  /** Unless what follows it can't be done. */
  const marking = (
    options: MarkOptions | null | undefined,
    isFailure: boolean,
    run: () => Run<void>,
  ): Operation<void> =>
    execution.operation(() => {
      const refusal = following.refusal(options?.request, isFailure);
      return refusal === null ? run() : settled(E.left(refusal));
    });

  const afterFailure = (
    exception: TaskException,
    { request, state = FAILURE, traceback = null, storeResult = true, ...rest }: MarkOptions,
  ): Run<void> =>
    request === undefined
      ? nothing
      : pipe(
          inTurn(chainedTasks(request), (task) =>
            following.failChained(task, { exception, state, traceback }, storeResult),
          ),
          chain(() =>
            rest.callErrbacks === false
              ? nothing
              : following.callErrbacks(request, exception, traceback),
          ),
          map(constVoid),
        );

  return {
    started: (taskId, meta = {}, options) =>
      execution.operation(() => pipe(storing(taskId, meta, STARTED, options), map(constVoid))),
    done: (taskId, result, options) =>
      marking(options, false, () =>
        mark(
          taskId,
          result,
          SUCCESS,
          options?.request?.ignoreResult === true ? { ...options, storeResult: false } : options,
        ),
      ),
    failure: (taskId, exc, given) =>
      marking(given, true, () => {
        const exception = fromThrown(exc);
        const options: MarkOptions = withTraceback(exc, given);
        return pipe(
          mark(taskId, exception, FAILURE, options),
          // only then: a chain that throws when it is looked at loses no failure
          chain(() => afterFailure(exception, options)),
        );
      }),
    retry: (taskId, exc, options = {}) =>
      execution.operation(() =>
        pipe(
          storing(
            taskId,
            exc === null ? null : fromThrown(exc),
            RETRY,
            withTraceback(exc, options),
          ),
          map(constVoid),
        ),
      ),
    revoked: (taskId, reason = '', options) =>
      marking(options, false, () =>
        mark(
          taskId,
          pythonException('TaskRevokedError', [reason], 'celery.exceptions'),
          REVOKED,
          options,
        ),
      ),
  };
};

const isMember = (request: TaskRequest | null | undefined): request is TaskRequest =>
  request?.chord !== null && request?.chord !== undefined;
