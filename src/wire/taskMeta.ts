/**
 * `TaskMeta`: what the store knows about a task. Source: `_get_result_meta` and
 * `decode_result` in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { DecodeError, EncodeError } from '../errors/errors.js';
import { DateTime } from '../serialization/dateTime.js';
import { isA, refusing } from '../serialization/reason.js';
import type { Serializer } from '../serialization/serializer.js';
import { EXCEPTION_STATES, PENDING, READY_STATES, type State } from '../states.js';
import { isTaskException, withSerializableArgs } from './exception.js';
import { isFalsy } from './isFalsy.js';
import { plainSuccess } from './plainSuccess.js';
import type { TaskRequest } from './request.js';
import { ResultTuple, wireTupleOf } from './resultTuple.js';
import { withSerializableMembers } from './serializable.js';
import { fromThrown } from './thrown.js';
import { totalType } from './totalType.js';
import { fromWireMeta, isWireMeta, toWireMeta, type WireMeta } from './wireMeta.js';

export type { WireMeta } from './wireMeta.js';

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
  readonly taskId: string;
  readonly status: State;
  /**
   * The task's value; in RETRY, FAILURE and REVOKED a `TaskException`, unless something
   * else was stored. Undefined where the store has none.
   */
  readonly result: unknown;
  readonly traceback: string | null;
  /** The results of the tasks that this one has started; null where nobody said. */
  readonly children: ReadonlyArray<ResultTuple> | null;
  /** Null until the task is ready. */
  readonly dateDone: DateTime | null;
  readonly groupId?: string;
  readonly parentId?: string;
  /** This and what follows is there only with Celery's `result_extended`. */
  readonly name?: string | null;
  readonly args?: unknown;
  readonly kwargs?: unknown;
  readonly worker?: string | null;
  readonly retries?: number;
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
  readonly extended?: boolean;
  readonly now: Date;
}): TaskMeta => {
  const { taskId, result, state, traceback = null, request, extended = false, now } = stored;
  return {
    ...pendingMeta(taskId),
    status: state,
    result: storable(state, result),
    traceback,
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

/** Nothing is null in Python; and an error of JavaScript's own becomes one of Python's. */
const storable = (state: State, result: unknown): unknown => {
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

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * A value of the store as a meta. `taskId` is told by the key and holds where the value
 * doesn't say; an empty value is an unknown task, as in Celery.
 *
 * @category conversions
 * @since 0.1.0
 */
export const decodeTaskMeta = (serializer: Serializer) => {
  const plain = plainSuccess(serializer);
  return (key: string, bytes: Buffer, taskId: string): E.Either<DecodeError, TaskMeta> => {
    if (bytes.length === 0) return E.right(pendingMeta(taskId));
    const success = plain(bytes, taskId);
    if (success !== undefined) return E.right(success);
    const value = serializer.decode(bytes);
    if (E.isLeft(value)) return E.left(new DecodeError(key, bytes, value.left));
    if (!isWireMeta(value.right)) {
      return E.left(new DecodeError(key, bytes, 'not a task meta: there is no status'));
    }
    const meta = fromWireMeta(value.right, taskId);
    return E.isLeft(meta) ? E.left(new DecodeError(key, bytes, meta.left)) : meta;
  };
};

/**
 * A meta as Celery would have written it. A failure always has a form: what of it can't be
 * encoded is replaced by its `repr`, arguments one by one.
 *
 * @category conversions
 * @since 0.1.0
 */
export const encodeTaskMeta =
  (serializer: Serializer) =>
  (meta: TaskMeta): E.Either<EncodeError, string | Buffer> => {
    const odd = oddChildren(meta.children);
    const encoded = E.isLeft(odd) ? odd : refusing(() => serializer.encode(toWireMeta(meta)));
    if (E.isRight(encoded) || !EXCEPTION_STATES.has(meta.status)) return encoded;
    const { result, children } = meta;
    const wire = toWireMeta({
      ...meta,
      children: E.isLeft(odd) && odd.left.path === '$.children' ? [] : children,
      result: isTaskException(result) ? withSerializableArgs(serializer)(result) : result,
    });
    return serializer.encode(withSerializableMembers(serializer)(wire));
  };

/** A `Left` for what is no list of results, and for a child that refers to none. */
const oddChildren = (children: unknown): E.Either<EncodeError, void> => {
  if (children === null) return sound;
  try {
    if (!Array.isArray(children)) return E.left(new EncodeError('$.children', 'not a list'));
    if (children.length === 0) return sound;
    const at = children.findIndex((child) => E.isLeft(wireTupleOf(child)));
    return at === -1
      ? sound
      : E.left(new EncodeError(`$.children[${at}]`, 'not a reference to a result'));
  } catch {
    return E.left(new EncodeError('$.children', 'it throws when it is looked at'));
  }
};

const sound = E.right(undefined);

// -------------------------------------------------------------------------------------
// codecs
// -------------------------------------------------------------------------------------

const Wire = t.intersection([t.UnknownRecord, t.type({ status: t.string, task_id: t.string })]);

const Shape = t.intersection([
  t.type({
    taskId: t.string,
    status: t.string,
    result: t.unknown,
    traceback: t.union([t.string, t.null]),
    children: t.union([t.readonlyArray(ResultTuple), t.null]),
    dateDone: t.unknown,
    rest: t.UnknownRecord,
  }),
  t.partial({
    groupId: t.string,
    parentId: t.string,
    name: t.union([t.string, t.null]),
    worker: t.union([t.string, t.null]),
    retries: t.number,
    queue: t.union([t.string, t.null]),
  }),
]);

const isTaskMeta = (u: unknown): u is TaskMeta =>
  Shape.is(u) && (u.dateDone === null || u.dateDone instanceof DateTime);

/**
 * The same as `decodeTaskMeta`, as a codec of the decoded JSON; here the task's id must
 * be in it.
 *
 * @category codecs
 * @since 0.1.0
 */
export const TaskMeta = totalType(
  new t.Type<TaskMeta, WireMeta, unknown>(
    'TaskMeta',
    isTaskMeta,
    (u, context) =>
      E.chain((wire: t.TypeOf<typeof Wire>) => {
        const meta = fromWireMeta(wire, wire.task_id);
        return E.isRight(meta) ? meta : t.failure<TaskMeta>(u, context, meta.left);
      })(Wire.validate(u, context)),
    toWireMeta,
  ),
);
