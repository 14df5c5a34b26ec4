/**
 * From what a task has come to, and the request that its worker had, to the meta that is
 * stored of it. Source: `_get_result_meta` in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import { DateTime } from '../serialization/dateTime.js';
import { isA } from '../serialization/reason.js';
import { EXCEPTION_STATES, READY_STATES, type State } from '../states.js';
import { isFalsy } from './isFalsy.js';
import { pendingMeta, type TaskMeta } from './meta.js';
import type { TaskRequest } from './request.js';
import type { ResultTuple } from './resultTuple.js';
import { fromThrown } from './thrown.js';
import { tracebackOf } from './traceback.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * A result as a worker stores it, with Celery's choice of members. `extended` adds what
 * `result_extended` does: the task's name, arguments, worker, retries, queue and stamps.
 *
 * @category constructors
 * @since 0.1.0
 */
export const resultMeta = (stored: {
  readonly taskId: string;
  readonly result: unknown;
  readonly state: State;
  readonly traceback?: string | null;
  readonly request?: TaskRequest | null;
  /** Of the task that stores it, where the one it is of has no request. */
  readonly children?: ReadonlyArray<ResultTuple>;
  readonly extended?: boolean;
  readonly now: Date;
}): TaskMeta => {
  const { taskId, result, state, request, children = null, extended = false, now } = stored;
  const { traceback = EXCEPTION_STATES.has(state) ? tracebackOf(result) : null } = stored;
  return {
    ...pendingMeta(taskId),
    status: state,
    result: storable(state, result),
    traceback,
    children,
    dateDone: READY_STATES.has(state) ? DateTime.utc(now) : null,
    ...(request && requestFields(request, extended, state)),
  };
};

const requestFields = (
  request: TaskRequest,
  extended: boolean,
  state: State,
): Partial<TaskMeta> => {
  try {
    return {
      children: request.children ?? [],
      ...(request.group && { groupId: request.group }),
      ...(request.parentId && { parentId: request.parentId }),
      ...(extended && extendedFields(request)),
    };
  } catch (thrown) {
    // A getter or a proxy that throws. A failure is stored without what can't be looked at.
    if (EXCEPTION_STATES.has(state)) return { children: [] };
    throw thrown;
  }
};

const isError = isA(Error);

/**
 * Nothing is null in Python; and an error of JavaScript's own becomes one of Python's.
 *
 * @internal
 */
export const storable = (state: State, result: unknown): unknown => {
  if (result === undefined) return null;
  return EXCEPTION_STATES.has(state) && isError(result) ? fromThrown(result) : result;
};

const extendedFields = (request: TaskRequest): Partial<TaskMeta> => ({
  name: request.task ?? null,
  args: request.args ?? null,
  kwargs: request.kwargs ?? null,
  worker: request.hostname ?? null,
  retries: request.retries ?? 0,
  queue: request.deliveryInfo?.routingKey ?? null,
  ...(request.stamps && !isFalsy(request.stamps) && { rest: stampsOf(request) }),
});

/** Only the stamps that are declared. */
const stampsOf = ({ stampedHeaders, stamps }: TaskRequest): TaskMeta['rest'] => ({
  stamped_headers: stampedHeaders ?? null,
  ...Object.fromEntries(
    Object.entries(stamps ?? {}).filter(([name]) => stampedHeaders?.includes(name)),
  ),
});
