// The Node side of `chordis_backend.py`: answers its requests by the public API.
import { isTaskException, operation, RedisBackend } from 'chordis';
import { ResultTuple, TaskException, TaskMeta } from 'chordis/wire';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { answerAll, call, settings, wireText } from './answer.mjs';

/** @typedef {import('chordis').TaskRequest} TaskRequest */

const { errbacks, ...options } = settings;

// -------------------------------------------------------------------------------------
// errbacks that Python has
// -------------------------------------------------------------------------------------

/** An immutable one gets its own arguments alone: behind those by place, those by name. */
const errback =
  (/** @type {string} */ task) =>
  (/** @type {ReadonlyArray<any>} */ ...told) => {
    const [request, exception, traceback, ...rest] = told;
    const immutable = !isTaskException(exception);
    const own = immutable ? told : rest;
    const last = own.at(-1);
    const named = typeof last === 'object' && last !== null && !Array.isArray(last);
    const [args, kwargs] = named ? [own.slice(0, -1), last] : [own, {}];
    return call({
      call: { task, args, kwargs, options: {}, subtask_type: null, immutable },
      ...(!immutable && {
        request: { id: request.id, errbacks: request.errbacks ?? [] },
        exception: TaskException.encode(exception),
        traceback,
      }),
    });
  };

const backend = new RedisBackend({
  ...options,
  errbacks: Object.fromEntries(errbacks.map((/** @type {string} */ name) => [name, errback(name)])),
  logger: { warn: console.error, error: console.error },
});

// -------------------------------------------------------------------------------------
// what Python asks for
// -------------------------------------------------------------------------------------

/**
 * @param {Record<string, any>} wire by Python's names
 * @returns {TaskRequest}
 */
const requestOf = (wire) => {
  const { id, group_index, parent_id, root_id, delivery_info, ignore_result, ...same } = wire;
  const { stamped_headers, children, ...others } = same;
  return {
    ...others,
    id,
    groupIndex: group_index,
    parentId: parent_id,
    rootId: root_id,
    deliveryInfo: delivery_info && { routingKey: delivery_info.routing_key },
    ignoreResult: ignore_result,
    stampedHeaders: stamped_headers,
    children: children.map(tupleOf),
  };
};

/** @param {unknown} wire */
const tupleOf = (wire) => {
  const tuple = ResultTuple.decode(wire);
  if (E.isLeft(tuple)) throw new Error('no result tuple');
  return tuple.right;
};

/** @param {unknown} wire */
const groupOf = (wire) => {
  const tuple = tupleOf(wire);
  if (tuple._tag === 'AsyncResult') throw new Error('no group');
  return tuple;
};

/** An exception in a state that has one. */
const resultOf = (/** @type {unknown} */ wire) => {
  const isException = typeof wire === 'object' && wire !== null && 'exc_type' in wire;
  const exception = isException ? TaskException.decode(wire) : E.left(wire);
  return E.isRight(exception) ? exception.right : wire;
};

const bytes = (/** @type {O.Option<Buffer>} */ value) =>
  O.isSome(value) ? value.value.toString('base64') : null;

await answerAll({
  get: async ({ key }) => bytes(await operation.toPromise(backend.get(key))),
  mget: async ({ keys }) => (await operation.toPromise(backend.mget(keys))).map(bytes),
  delete: ({ key }) => operation.toPromise(backend.delete(key)),
  incr: ({ key }) => operation.toPromise(backend.incr(key)),
  expire: ({ key, seconds }) => operation.toPromise(backend.expire(key, seconds)),
  store: ({ taskId, result, state, traceback, request }) =>
    operation.toPromise(
      backend.storeResult(taskId, resultOf(result), state, {
        traceback,
        ...(request !== null && { request: requestOf(request) }),
      }),
    ),
  meta: async ({ taskId }) => {
    const exists = await operation.toPromise(backend.taskResultExists(taskId));
    if (!exists) return null;
    const meta = await operation.toPromise(backend.getTaskMeta(taskId));
    return wireText(TaskMeta.encode(meta));
  },
  forget: ({ taskId }) => operation.toPromise(backend.forget(taskId)),
  saveGroup: ({ groupId, result }) =>
    operation.toPromise(backend.saveGroup(groupId, groupOf(result))),
  restoreGroup: async ({ groupId }) => {
    const found = await operation.toPromise(backend.restoreGroup(groupId));
    return O.isSome(found) ? ResultTuple.encode(found.value) : null;
  },
  deleteGroup: ({ groupId }) => operation.toPromise(backend.deleteGroup(groupId)),
  addToChord: ({ groupId }) => operation.toPromise(backend.addToChord(groupId)),
  setChordSize: ({ groupId, size }) => operation.toPromise(backend.setChordSize(groupId, size)),
  applyChord: ({ header, body }) => operation.toPromise(backend.applyChord(groupOf(header), body)),
  chordPart: async ({ request, state, result }) => {
    const part = backend.onChordPartReturn(requestOf(request), state, resultOf(result));
    return (await operation.toPromise(part))._tag;
  },
});
await operation.toPromise(backend.close());
