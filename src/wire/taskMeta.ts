/**
 * `TaskMeta`: what the store knows about a task. Source: `_get_result_meta` and
 * `decode_result` in `celery/backends/base.py`.
 *
 * Reading is lenient where Celery is: only `status` must be there, and a member of an
 * unexpected type is kept in `rest` as it is, so that what is read can be written back
 * without loss.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import * as t from 'io-ts';
import { DecodeError, type EncodeError } from '../errors.js';
import { DateTime } from '../serialization/dateTime.js';
import type { Serializer } from '../serialization/serializer.js';
import { EXCEPTION_STATES, PENDING, READY_STATES, type State } from '../states.js';
import {
  fromThrown,
  fromWireException,
  isTaskException,
  toWireException,
  withSerializableArgs,
} from './exception.js';
import type { TaskRequest } from './request.js';
import { fromWireTuple, ResultTuple, toWireTuple } from './resultTuple.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
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

/**
 * @category model
 * @since 0.1.0
 */
export interface WireMeta extends Readonly<Record<string, unknown>> {
  readonly status: string;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

const nothing: Readonly<Record<string, unknown>> = {};

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
  rest: nothing,
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
  readonly request?: TaskRequest;
  readonly extended?: boolean;
  readonly now: Date;
}): TaskMeta => {
  const { taskId, result, state, traceback = null, request, extended = false, now } = stored;
  return {
    ...pendingMeta(taskId),
    status: state,
    result: storable(state, result),
    traceback,
    children: request === undefined ? null : (request.children ?? []),
    dateDone: READY_STATES.has(state) ? DateTime.utc(now) : null,
    ...(request?.group && { groupId: request.group }),
    ...(request?.parentId && { parentId: request.parentId }),
    ...(request !== undefined && extended && extendedFields(request)),
  };
};

/** Nothing is null in Python; and an error of JavaScript's own becomes one of Python's. */
const storable = (state: State, result: unknown): unknown => {
  if (result === undefined) return null;
  return EXCEPTION_STATES.has(state) && result instanceof Error ? fromThrown(result) : result;
};

const extendedFields = (request: TaskRequest): Partial<TaskMeta> => ({
  name: request.task ?? null,
  args: request.args ?? null,
  kwargs: request.kwargs ?? null,
  worker: request.hostname ?? null,
  retries: request.retries ?? 0,
  queue: request.deliveryInfo?.routingKey ?? null,
  ...(request.stamps && {
    rest: { stamped_headers: request.stampedHeaders ?? null, ...request.stamps },
  }),
});

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/** Undefined members are left out by every serializer. */
const toWire = (meta: TaskMeta): WireMeta => ({
  status: meta.status,
  result:
    EXCEPTION_STATES.has(meta.status) && isTaskException(meta.result)
      ? toWireException(meta.result)
      : meta.result,
  traceback: meta.traceback,
  children: meta.children === null ? null : meta.children.map(toWireTuple),
  date_done: meta.dateDone === null ? null : meta.dateDone.text,
  group_id: meta.groupId,
  parent_id: meta.parentId,
  name: meta.name,
  args: meta.args,
  kwargs: meta.kwargs,
  worker: meta.worker,
  retries: meta.retries,
  queue: meta.queue,
  ...meta.rest,
  task_id: meta.taskId,
});

const isWireMeta = (u: unknown): u is WireMeta =>
  typeof u === 'object' && u !== null && 'status' in u && typeof u.status === 'string';

const fromWire = (wire: WireMeta, taskId: string): E.Either<string, TaskMeta> => {
  const { status, children: rawChildren } = wire;
  const children = childrenOf(rawChildren);
  if (E.isLeft(children) && READY_STATES.has(status)) return children;
  const meta: { -readonly [K in keyof TaskMeta]: TaskMeta[K] } = {
    taskId: typeof wire.task_id === 'string' ? wire.task_id : taskId,
    status,
    result: EXCEPTION_STATES.has(status) ? exceptionOr(wire.result) : wire.result,
    traceback: typeof wire.traceback === 'string' ? wire.traceback : null,
    children: E.isRight(children) ? children.right : null,
    dateDone: dateOf(wire.date_done),
    rest: nothing,
  };
  const rest: Array<readonly [string, unknown]> = [];
  for (const key of Object.keys(wire)) {
    const value = wire[key];
    switch (key) {
      case 'status':
      case 'result':
      case 'task_id':
        continue;
      case 'traceback':
        if (meta.traceback !== null || value === null) continue;
        break;
      case 'children':
        if (meta.children !== null || value === null) continue;
        break;
      case 'date_done':
        if (meta.dateDone !== null || value === null) continue;
        break;
      case 'group_id':
        if (typeof value !== 'string') break;
        meta.groupId = value;
        continue;
      case 'parent_id':
        if (typeof value !== 'string') break;
        meta.parentId = value;
        continue;
      case 'name':
      case 'worker':
      case 'queue':
        if (typeof value !== 'string' && value !== null) break;
        meta[key] = value;
        continue;
      case 'args':
      case 'kwargs':
        meta[key] = value;
        continue;
      case 'retries':
        if (typeof value !== 'number') break;
        meta.retries = value;
        continue;
    }
    rest.push([key, value]);
  }
  // Not by assignment: a member called __proto__ is data.
  if (rest.length > 0) meta.rest = Object.fromEntries(rest);
  return E.right(meta);
};

const exceptionOr = (result: unknown): unknown => {
  const exception = fromWireException(result);
  return E.isRight(exception) ? exception.right : result;
};

const childrenOf = (raw: unknown): E.Either<string, ReadonlyArray<ResultTuple> | null> => {
  if (raw === null || raw === undefined) return E.right(null);
  if (!Array.isArray(raw)) return E.left('the children are not a list');
  const children: Array<ResultTuple> = [];
  for (const item of raw) {
    const child = fromWireTuple(item);
    if (E.isLeft(child)) return child;
    children.push(child.right);
  }
  return E.right(children);
};

const dateOf = (raw: unknown): DateTime | null =>
  typeof raw === 'string'
    ? O.toNullable(DateTime.fromText(raw))
    : raw instanceof DateTime
      ? raw
      : null;

/**
 * A value of the store as a meta. `taskId` is told by the key and holds where the value
 * doesn't say; an empty value is an unknown task, as in Celery.
 *
 * @category conversions
 * @since 0.1.0
 */
export const decodeTaskMeta =
  (serializer: Serializer) =>
  (key: string, bytes: Buffer, taskId: string): E.Either<DecodeError, TaskMeta> => {
    if (bytes.length === 0) return E.right(pendingMeta(taskId));
    const value = serializer.decode(bytes);
    if (E.isLeft(value)) return E.left(new DecodeError(key, bytes, value.left));
    if (!isWireMeta(value.right)) {
      return E.left(new DecodeError(key, bytes, 'not a task meta: there is no status'));
    }
    const meta = fromWire(value.right, taskId);
    return E.isLeft(meta) ? E.left(new DecodeError(key, bytes, meta.left)) : meta;
  };

/**
 * A meta as Celery would have written it. Arguments of an exception that can't be
 * encoded are replaced by their `repr`, one by one, as in Celery.
 *
 * @category conversions
 * @since 0.1.0
 */
export const encodeTaskMeta =
  (serializer: Serializer) =>
  (meta: TaskMeta): E.Either<EncodeError, string | Buffer> => {
    const encoded = serializer.encode(toWire(meta));
    return E.isLeft(encoded) && EXCEPTION_STATES.has(meta.status) && isTaskException(meta.result)
      ? serializer.encode(
          toWire({ ...meta, result: withSerializableArgs(serializer)(meta.result) }),
        )
      : encoded;
  };

// -------------------------------------------------------------------------------------
// codecs
// -------------------------------------------------------------------------------------

const WireMeta = t.intersection([t.UnknownRecord, t.type({ status: t.string, task_id: t.string })]);

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
export const TaskMeta = new t.Type<TaskMeta, WireMeta, unknown>(
  'TaskMeta',
  isTaskMeta,
  (u, context) =>
    E.chain((wire: t.TypeOf<typeof WireMeta>) => {
      const meta = fromWire(wire, wire.task_id);
      return E.isRight(meta) ? meta : t.failure<TaskMeta>(u, context, meta.left);
    })(WireMeta.validate(u, context)),
  toWire,
);
