/**
 * A meta by the wire's names, to a `TaskMeta` and back.
 *
 * Reading is lenient where Celery is: only `status` must be there, and a member of an
 * unexpected type is kept in `rest` as it is, so that what is read can be written back
 * without loss.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { DateTime, fromIsoFormat } from '../serialization/dateTime.js';
import { showable } from '../serialization/jsonForm.js';
import { ownRecord } from '../serialization/ownRecord.js';
import { Uuid } from '../serialization/values.js';
import { EXCEPTION_STATES, READY_STATES } from '../states.js';
import { isTaskException } from './exception.js';
import { isFalsy } from './isFalsy.js';
import type { TaskMeta } from './meta.js';
import { fromWireTuple, type ResultTuple, type WireTuple, wireTupleOf } from './resultTuple.js';
import { fromWireException, toWireException } from './wireException.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A meta by the wire's names; only its `status` is sure to be there.
 *
 * @category model
 * @since 0.1.0
 */
export interface WireMeta extends Readonly<Record<string, unknown>> {
  /** The state of the task. */
  readonly status: string;
}

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * Undefined members are left out by every serializer. So are children here that refer to
 * no result.
 *
 * @internal
 */
export const toWireMeta = (meta: TaskMeta): WireMeta => ({
  status: meta.status,
  result: toWireResult(meta.status, meta.result),
  traceback: meta.traceback,
  children: meta.children === null ? null : wireChildren(meta.children),
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

/**
 * A result as it is stored in a state.
 *
 * @internal
 */
export const toWireResult = (status: string, result: unknown): unknown =>
  EXCEPTION_STATES.has(status) && isTaskException(result)
    ? toWireException(result)
    : prepared(result);

/** A reference to a result as its tuple, as Celery's `prepare_value` does with the value itself. */
const prepared = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  try {
    if (ownRecord(value) !== 'a reference to a result') return value;
  } catch {
    // Refused by the serializer, which can tell where it is.
    return value;
  }
  const tuple = wireTupleOf(value);
  return E.isRight(tuple) ? tuple.right : value;
};

const wireChildren = (children: ReadonlyArray<unknown>): ReadonlyArray<WireTuple> =>
  children.length === 0
    ? []
    : children.map(wireTupleOf).flatMap((tuple) => (E.isRight(tuple) ? [tuple.right] : []));

/**
 * @internal
 */
export const isWireMeta = (u: unknown): u is WireMeta =>
  typeof u === 'object' && u !== null && 'status' in u && typeof u.status === 'string';

/**
 * `taskId` holds where the wire doesn't say. Where it does, and names another task, the meta
 * is that task's, as in Celery, which goes by what a message says and not by its channel.
 *
 * @internal
 */
export const fromWireMeta = (wire: WireMeta, taskId: string): E.Either<string, TaskMeta> => {
  const { status, children: rawChildren } = wire;
  const children = childrenOf(rawChildren);
  if (E.isLeft(children) && READY_STATES.has(status)) return children;
  const meta: { -readonly [K in keyof TaskMeta]: TaskMeta[K] } = {
    taskId: idOf(wire.task_id) ?? taskId,
    status,
    result: EXCEPTION_STATES.has(status) ? exceptionOr(wire.result) : wire.result,
    traceback: typeof wire.traceback === 'string' ? wire.traceback : null,
    children: E.isRight(children) ? children.right : null,
    dateDone: dateOf(wire.date_done),
    rest: nothing,
  };
  let rest: Array<readonly [string, unknown]> | undefined;
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
    rest ??= [];
    rest.push([key, value]);
  }
  // Not by assignment: a member called __proto__ is data.
  if (rest !== undefined) meta.rest = showable(Object.fromEntries(rest));
  return E.right(meta);
};

/**
 * The `rest` of a meta that has none.
 *
 * @internal
 */
export const nothing: TaskMeta['rest'] = Object.freeze({});

const exceptionOr = (result: unknown): unknown => {
  const exception = fromWireException(result);
  return E.isRight(exception) ? exception.right : result;
};

const childless = E.right(null);

const childrenOf = (raw: unknown): E.Either<string, ReadonlyArray<ResultTuple> | null> => {
  if (isFalsy(raw) && !Array.isArray(raw)) return childless;
  if (!Array.isArray(raw)) return E.left('the children are not a list');
  const children: Array<ResultTuple> = [];
  for (const item of raw) {
    const child = fromWireTuple(item);
    if (E.isLeft(child)) return child;
    children.push(child.right);
  }
  return E.right(children);
};

const dateOf = (raw: unknown): DateTime | null => {
  const date = typeof raw === 'string' ? dateTimeOf(raw) : raw;
  return date instanceof DateTime && !Number.isNaN(date.getTime()) ? date : null;
};

/** Celery goes by `isoparse` here, which knows a whole month and a whole year too. */
const dateTimeOf = (text: string): DateTime | null =>
  O.toNullable(fromIsoFormat(/^\d{4}(?:-\d\d)?$/.test(text) ? `${text}-01-01`.slice(0, 10) : text));

const idOf = (raw: unknown): string | undefined => {
  if (raw instanceof Uuid) return raw.text;
  return typeof raw === 'string' ? raw : undefined;
};
