import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { describe, expect, it } from 'vitest';
import { msgpack } from '../../src/msgpack/msgpack.js';
import { DateTime } from '../../src/serialization/dateTime.js';
import { json } from '../../src/serialization/json.js';
import { decodeMessage, encodeMessage, type Message } from '../../src/wire/message.js';
import { TaskBody } from '../../src/wire/taskBody.js';
import { type TaskCall, taskMessage } from '../../src/wire/taskMessage.js';
import { yaml } from '../../src/yaml/yaml.js';
import { wireBytes } from '../pythonValue.js';
import { picked, vectors } from '../vectors.js';

const serializers = [json, yaml, msgpack];

/** Bodies and headers that chordis does not make. */
const notMade: Readonly<Record<string, string>> = {
  'call/serializer-pickle': 'runs code when read',
  'call/protocol-1': 'protocol 1 has no headers',
  'call/compression-gzip': 'messages are not compressed',
  'call/task_compression-setting': 'messages are not compressed',
  'call/nested-tuple': 'no tuples in JavaScript',
  'callback/immutable-with-args': 'argsrepr prints a list here, and a tuple elsewhere',
};

const recorded = picked(vectors('messages'), (c) => c.celery === '5.7.0');
const named = (name: string): string => name.replace(/^.*?\//, '');

const messages = recorded
  .filter((c) => !(named(c.name) in notMade))
  .flatMap((c) =>
    (c.messages ?? []).map((m: { raw: unknown }, i: number) => ({
      name: `${c.name} #${i}`,
      raw: wireBytes(m.raw),
    })),
  );

const parsed = (raw: Buffer): Message => {
  const message = decodeMessage('celery', raw);
  if (E.isLeft(message)) throw message.left;
  return message.right;
};

const serializerOf = (message: Message) => {
  const found = serializers.find(({ contentType }) => contentType === message.contentType);
  if (found === undefined) throw new Error(message.contentType);
  return found;
};

const bodyOf = (message: Message): TaskBody => {
  const body = pipe(serializerOf(message).decode(message.body), E.chainW(TaskBody.decode));
  if (E.isLeft(body)) throw new Error(String(body.left));
  return body.right;
};

/** Headers that chordis sets by itself, so that what is left are the user's own. */
const standard = new Set(Object.keys(parsed(messages[0]?.raw ?? Buffer.alloc(0)).headers));

/** The call that a message was made from. */
const callOf = (raw: Buffer): TaskCall => {
  const { headers: h, properties: p } = JSON.parse(raw.toString());
  const {
    correlation_id,
    reply_to,
    delivery_mode,
    expiration,
    delivery_info,
    priority,
    body_encoding,
    delivery_tag,
    ...own
  } = p;
  const date = (text: string | null) => (text === null ? null : new DateTime(text));
  const [timeLimit, softTimeLimit] = h.timelimit;
  return {
    ...bodyOf(parsed(raw)),
    task: h.task,
    id: h.id,
    shadow: h.shadow,
    eta: date(h.eta),
    expires: date(h.expires),
    ...(expiration !== undefined && { expiration: Number(expiration) }),
    group: h.group,
    groupIndex: h.group_index,
    retries: h.retries,
    timeLimit,
    softTimeLimit,
    rootId: h.root_id,
    parentId: h.parent_id,
    origin: h.origin,
    ignoreResult: h.ignore_result,
    replacedTaskNesting: h.replaced_task_nesting,
    stampedHeaders: h.stamped_headers,
    stamps: h.stamps,
    headers: Object.fromEntries(Object.entries(h).filter(([name]) => !standard.has(name))),
    properties: own,
    replyTo: reply_to,
    queue: delivery_info.routing_key,
    priority,
    deliveryTag: delivery_tag,
  };
};

describe('taskMessage', () => {
  it.each(messages)('is byte for byte the message Celery sends: $name', ({ raw }) => {
    const message = parsed(raw);
    const made = pipe(callOf(raw), taskMessage(serializerOf(message)), E.chain(encodeMessage));
    expect(made).toEqual(E.right(raw.toString('utf8')));
  });

  it('names only recorded cases as not made', () => {
    const names = recorded.map((c) => named(c.name));
    for (const name of Object.keys(notMade)) expect(names).toContain(name);
  });

  it('has the defaults of a plain call', () => {
    const made = taskMessage(json)({ task: 't', id: 'i', replyTo: 'r', deliveryTag: 'd' });
    expect(made).toMatchObject({
      right: {
        headers: { task: 't', id: 'i', root_id: 'i', argsrepr: '()', kwargsrepr: '{}', retries: 0 },
        properties: { correlation_id: 'i', priority: 0, delivery_info: { routing_key: 'celery' } },
      },
    });
  });

  it.each([
    ["it's", "'it\\'s'"],
    ['a\nb\\c', "'a\nb\\c'"],
    [Buffer.from([0xff, 0xfe]), "b'fffe'"],
    [Buffer.from("abc'd"), "b'abc'd'"],
    [{ a: Buffer.from([0x80]), b: "q'q" }, "{'a': b'80', 'b': 'q\\'q'}"],
    [[1, [2, [3]]], '[1, [2, [...]]]'],
  ])('shows an argument as Celery 5.7 does: %j', (arg, shown) => {
    const made = taskMessage(msgpack)({
      ...{ task: 't', id: 'i', args: [arg], kwargs: { arg }, replyTo: 'r', deliveryTag: 'd' },
    });
    expect(made).toMatchObject({ right: { headers: { argsrepr: `(${shown},)` } } });
  });

  it('says where an argument cannot be encoded', () => {
    const call = { task: 't', id: 'i', args: [() => 0], replyTo: 'r', deliveryTag: 'd' };
    expect(taskMessage(json)(call)).toMatchObject({ left: { path: '$[0][0]' } });
  });
});
