/**
 * `TaskMeta` as it lies in the store, from and to bytes and JSON. Source: `decode_result` and
 * `encode_result` in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { DecodeError, EncodeError } from '../errors/errors.js';
import { DateTime } from '../serialization/dateTime.js';
import { mayNeedJsonForm, withJsonForm } from '../serialization/jsonForm.js';
import { refusing } from '../serialization/reason.js';
import type { Serializer } from '../serialization/serializer.js';
import { EXCEPTION_STATES } from '../states.js';
import { isTaskException } from './exception.js';
import { type TaskMeta as Meta, pendingMeta } from './meta.js';
import { plainSuccess } from './plainSuccess.js';
import { ResultTuple, wireTupleOf } from './resultTuple.js';
import { withSerializableArgs, withSerializableMembers } from './serializable.js';
import { totalType } from './totalType.js';
import { fromWireMeta, isWireMeta, toWireMeta, type WireMeta } from './wireMeta.js';

/**
 * What the store knows about a task; the type of the codec of this name.
 *
 * @category model
 * @since 0.1.0
 */
export type TaskMeta = Meta;

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
    if (success !== undefined) return E.right(shown(success, bytes));
    const value = serializer.decode(bytes);
    if (E.isLeft(value)) return E.left(new DecodeError(key, bytes, value.left));
    if (!isWireMeta(value.right)) {
      return E.left(new DecodeError(key, bytes, 'not a task meta: there is no status'));
    }
    const meta = fromWireMeta(value.right, taskId);
    return E.isLeft(meta)
      ? E.left(new DecodeError(key, bytes, meta.left))
      : E.right(shown(meta.right, bytes));
  };
};

/** A meta that `JSON.stringify` can show, also where it is as deep as so many bytes allow. */
const shown = (meta: TaskMeta, bytes: Buffer): TaskMeta =>
  bytes.length > longEnough || bytes[0] === NUL || mayNeedJsonForm(meta.result)
    ? withJsonForm(meta)
    : meta;

/** For 2,000 lists within each other, which is about half of what `JSON.stringify` bears. */
const longEnough = 4000;

/** What is compressed begins with it, and may be of any length. */
const NUL = 0;

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
