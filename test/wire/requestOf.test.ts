import { deflateSync } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { describe, expect, it } from 'vitest';
import { msgpack } from '../../src/msgpack/msgpack.js';
import { json } from '../../src/serialization/json.js';
import { registry } from '../../src/serialization/registry.js';
import { Uuid } from '../../src/serialization/values.js';
import { decodeMessage, type Message } from '../../src/wire/message.js';
import { chainedTasks, type TaskRequest } from '../../src/wire/request.js';
import { requestOf } from '../../src/wire/requestOf.js';
import { signature } from '../../src/wire/signature.js';
import { TaskBody } from '../../src/wire/taskBody.js';
import { type TaskCall, taskMessage } from '../../src/wire/taskMessage.js';
import { yaml } from '../../src/yaml/yaml.js';
import { wireBytes } from '../pythonValue.js';
import { vectors } from '../vectors.js';

const all = registry([json, yaml, msgpack], ['json', 'yaml', 'msgpack']);

const sent = (call: Partial<TaskCall> = {}): Message => {
  const message = taskMessage(json)({
    task: 'add',
    id: 'i',
    replyTo: 'r',
    deliveryTag: 'd',
    ...call,
  });
  if (E.isLeft(message)) throw message.left;
  return message.right;
};

const requestFrom = (message: Message): TaskRequest => {
  const request = requestOf(all)(message);
  if (E.isLeft(request)) throw request.left;
  return request.right;
};

const recorded = vectors('messages').flatMap((c) =>
  (c.messages ?? []).map((m: { raw: unknown; key: string }, i: number) => ({
    name: `${c.name} #${i}`,
    key: m.key,
    raw: wireBytes(m.raw),
  })),
);

/** What cannot be read of what Celery has sent, and why. */
const refused: Readonly<Record<string, RegExp>> = {
  'serializer-pickle': /pickle runs code/,
  'protocol-1': /no task message of protocol 2/,
};

describe('requestOf', () => {
  it.each(recorded)('reads what Celery sends: $name', ({ name, key, raw }) => {
    const request = pipe(decodeMessage(key, raw), E.chainW(requestOf(all)));
    const [, reason] = Object.entries(refused).find(([part]) => name.includes(part)) ?? [];
    if (reason !== undefined) {
      expect(request).toMatchObject({ left: { message: expect.stringMatching(reason) } });
      return;
    }
    const { headers, properties } = JSON.parse(raw.toString());
    expect(request).toMatchObject({
      right: {
        id: headers.id,
        task: headers.task,
        retries: headers.retries,
        rootId: headers.root_id,
        group: headers.group,
        groupIndex: headers.group_index,
        ignoreResult: headers.ignore_result ?? null,
        deliveryInfo: { routingKey: properties.delivery_info.routing_key },
      },
    });
  });

  it('has the arguments, and what follows by the names of the wire', () => {
    const next = signature('next', [], { options: { task_id: 'n' }, subtaskType: null });
    const request = requestFrom(
      sent({
        args: [1, 2n ** 64n],
        kwargs: { y: 2 },
        chain: [next],
        chord: next,
        errbacks: [next],
        callbacks: [next],
      }),
    );
    expect(request.args).toEqual([1, 2n ** 64n]);
    expect(request.kwargs).toEqual({ y: 2 });
    expect(chainedTasks(request)).toMatchObject([{ request: { id: 'n', task: 'next' } }]);
    for (const signatures of [
      request.chain,
      request.errbacks,
      request.callbacks,
      [request.chord],
    ]) {
      expect(signatures).toEqual([
        {
          task: 'next',
          args: [],
          kwargs: {},
          options: { task_id: 'n' },
          subtask_type: null,
          immutable: false,
        },
      ]);
    }
  });

  it('takes an id of the class UUID for its text', () => {
    const id = 'd9b0a4c4-3b0e-4a51-9d5b-6f1d2f3c4e5a';
    const message = sent();
    const headers = { ...message.headers, id: new Uuid(id), group: new Uuid(id) };
    expect(requestFrom({ ...message, headers })).toMatchObject({ id, group: id });
  });

  it('has null, where a header of the wire is null or missing', () => {
    const { body, headers, ...message } = sent();
    const bare = requestFrom({
      ...message,
      body,
      headers: { task: 'add', id: 'i', ignore_result: null },
    });
    expect(bare).toEqual({
      id: 'i',
      task: 'add',
      args: [],
      kwargs: {},
      callbacks: null,
      errbacks: null,
      chain: null,
      chord: null,
      retries: 0,
      rootId: null,
      parentId: null,
      group: null,
      groupIndex: null,
      ignoreResult: null,
      stampedHeaders: null,
      stamps: null,
      deliveryInfo: { routingKey: 'celery' },
    });
    expect(requestFrom({ ...message, body, headers })).toEqual({
      ...bare,
      rootId: 'i',
      stamps: {},
    });
  });

  it('reads a compressed body, and bounds it', () => {
    const message = sent({ args: ['x'.repeat(10_000)] });
    const headers = { ...message.headers, compression: 'application/x-gzip' };
    const compressed = { ...message, headers, body: deflateSync(message.body) };
    expect(requestFrom(compressed)).toEqual(requestFrom(message));
    expect(requestOf(all, { maxDecompressedBytes: 100 })(compressed)).toMatchObject({
      left: { _tag: 'DecodeError', problem: 'over 100 bytes once decompressed' },
    });
    const codec = {
      name: 'x',
      contentType: 'application/x-x',
      compress: () => message.body,
      decompress: () => message.body,
    };
    const own = { ...message, headers: { ...headers, compression: 'application/x-x' } };
    expect(requestOf(all, { compressions: [codec] })(own)).toEqual(requestOf(all)(message));
    expect(requestOf(all)(own)).toMatchObject({
      left: { problem: expect.stringContaining('unknown here') },
    });
  });

  it.each([
    ['no task', { headers: { id: 'i' } }, 'DecodeError'],
    ['no id', { headers: { task: 'add' } }, 'DecodeError'],
    ['an empty id', { headers: { task: 'add', id: '' } }, 'DecodeError'],
    ['another content type', { contentType: 'application/data' }, 'ContentDisallowed'],
    ['a body that is cut short', { body: Buffer.from('[[') }, 'DecodeError'],
    ['a body that is none of a task', { body: Buffer.from('[1, {}, {}]') }, 'DecodeError'],
  ])('refuses a message with %s', (_, part, _tag) => {
    expect(requestOf(all)({ ...sent(), ...part })).toMatchObject({ left: { _tag } });
  });

  it('does not throw where a serializer does', () => {
    const broken = { ...json, decode: () => TaskBody.encode(null as never) as never };
    expect(requestOf(registry([broken], ['json']))(sent())).toMatchObject({
      left: { _tag: 'DecodeError', key: 'celery' },
    });
  });
});
