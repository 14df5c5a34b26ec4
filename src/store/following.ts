/**
 * What follows a mark: the task's part of its chord, the rest of its chain, its errbacks.
 *
 * @since 0.1.0
 */
import type { ImproperlyConfigured } from '../errors/errors.js';
import type { TaskException } from '../errors/taskException.js';
import type { Run } from '../operation/run.js';
import type { State } from '../states.js';
import type { ChainedTask, TaskRequest } from '../wire/request.js';
import type { ResultTuple } from '../wire/resultTuple.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** How a task failed. */
export interface Failure {
  readonly exception: TaskException;
  readonly state: State;
  readonly traceback: string | null;
  readonly request?: TaskRequest;
  /** Of the task that failed it, where it has no request. */
  readonly children?: ReadonlyArray<ResultTuple> | undefined;
}

export interface Following {
  /** Why it can't be done, found out before anything is written. */
  readonly refusal: (
    request: TaskRequest | undefined,
    isFailure: boolean,
  ) => ImproperlyConfigured | null;
  readonly returnPart: (request: TaskRequest, state: State, result: unknown) => Run<unknown>;
  readonly failChained: (task: ChainedTask, failure: Failure, storeResult: boolean) => Run<void>;
  readonly callErrbacks: (
    request: TaskRequest,
    exception: TaskException,
    traceback: string | null,
  ) => Run<unknown>;
}
