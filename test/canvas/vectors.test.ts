/**
 * The plans of what was recorded, beside the messages that Celery 5.7.0 sent. Ids that it
 * made are named after where they are seen first; all else is byte for byte.
 */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { planner } from '../../src/canvas/planner.js';
import { EncodeError, InvalidArgument } from '../../src/errors/errors.js';
import { msgpack } from '../../src/msgpack/msgpack.js';
import { DateTime } from '../../src/serialization/dateTime.js';
import { json } from '../../src/serialization/json.js';
import { destinationOf, kombuLayout } from '../../src/wire/kombuLayout.js';
import { decodeMessage, encodeMessage, type Message } from '../../src/wire/message.js';
import { Signature } from '../../src/wire/signature.js';
import { yaml } from '../../src/yaml/yaml.js';
import { pythonValue, wireBytes } from '../pythonValue.js';
import { rightOf } from '../settled.js';
import { type Case, isTarget, picked, vectors } from '../vectors.js';

/** What is told apart from Celery on purpose, or belongs to who sends. */
const apart: Readonly<Record<string, string>> = {
  'call/nested-tuple': 'no tuples in JavaScript',
  'call/timezone-eta': 'times are in UTC',
  'call/timezone-no-utc': 'times are in UTC',
  'call/task_routes': 'routes are the sender’s',
  'call/default-queue-renamed': 'the default queue is given',
  'call/serializer-pickle': 'runs code when read',
  'call/compression-gzip': 'compressed by another zlib',
  'call/task_compression-setting': 'a setting of the sender’s',
  'call/protocol-1': 'protocol 1 has no headers',
};

const named = ({ name }: Case): string => name.replace(/^.*?\//, '');

const recorded = picked(vectors('messages'), isTarget);
const made = recorded.filter((c) => !(named(c) in apart));

const serializers = [json, yaml, msgpack];

const planOf = ({ now }: Case) => {
  let ids = 0;
  return planner({
    serializer: (name) => {
      const found = serializers.find((serializer) => serializer.name === (name ?? 'json'));
      return found === undefined
        ? E.left(new InvalidArgument('serializer', `is unknown: ${name}`))
        : E.right(found);
    },
    newId: () => `00000000-0000-4000-8000-${String(ids++).padStart(12, '0')}`,
    now: () => DateTime.utc(new DateTime(now)),
    origin: 'gen4242@vectors-host',
    replyTo: '7d0f5b9e-2f65-3c1c-9b8a-0a51c7d1b6aa',
    queue: 'celery',
  });
};

const parsed = (text: string): unknown => rightOf(json.decode(Buffer.from(text)));

const dict = (u: unknown) => pythonValue(u) as Readonly<Record<string, unknown>>;

/** What was run, and what it was run with. */
const run = (c: Case) => {
  switch (c.op) {
    case 'call':
      return planOf(c)(
        rightOf(
          Signature.decode({
            task: c.task ?? 'remote.task',
            args: pythonValue(c.args),
            kwargs: pythonValue(c.kwargs),
          }),
        ),
        [],
        // A task that is known to the sender stores its result unless told otherwise.
        { ...(isKnown(c.task) && { ignore_result: false }), ...dict(c.options) },
      );
    case 'sig':
      return planOf(c)(rightOf(Signature.decode(parsed(c.signature_json))), [], dict(c.options));
    default:
      // It was sent where no task was running, and so without a parent.
      return planOf(c)(rightOf(Signature.decode(parsed(c.chord_in_header_message))), [
        [pythonValue(c.result)],
      ]);
  }
};

const isKnown = (task: unknown): boolean => typeof task === 'string' && task.startsWith('proj.');

/** The envelope with its body as text, and ids by where they are seen first. */
const texts = (messages: ReadonlyArray<Buffer>): ReadonlyArray<string> => {
  const names = new Map<string, string>();
  const nameOf = (id: string): string => {
    if (!names.has(id)) names.set(id, `id ${names.size}`);
    return names.get(id) ?? id;
  };
  return messages
    .map((raw) => {
      const { body } = rightOf(decodeMessage('q', raw));
      return raw.toString().replace(body.toString('base64'), body.toString('latin1'));
    })
    .map((text) => text.replace(/"delivery_tag": "[^"]*"/, ''))
    .map((text) => text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, nameOf));
};

const bytesOf = (message: Message): Buffer => Buffer.from(rightOf(encodeMessage(message)));

/** Whether results are stored is not known of a task by its name. */
const asUnknown = (raw: Buffer, op: unknown): Buffer =>
  op === 'call'
    ? raw
    : Buffer.from(
        raw.toString().replace('"ignore_result": false, "r', '"ignore_result": null, "r'),
      );

describe('the plan of a recorded call', () => {
  it.each(made.filter(({ messages }) => messages?.length > 0))(
    'is byte for byte what Celery sends: $name',
    (c) => {
      const sent = c.messages.map(({ raw }: Case) => asUnknown(wireBytes(raw), c.op));
      expect(texts(rightOf(run(c)).messages.map(bytesOf))).toEqual(texts(sent));
    },
  );

  it.each(made.filter(({ messages }) => messages?.length > 0))(
    'goes to the list that Celery pushes to: $name',
    (c) => {
      const { global_keyprefix, priority_steps, sep } = c.config.broker_transport_options ?? {};
      const { list } = kombuLayout({
        globalKeyprefix: global_keyprefix,
        prioritySteps: priority_steps,
        separator: sep,
      });
      const lists = rightOf(run(c)).messages.map((message) => {
        const { routingKey, priority } = destinationOf(message);
        return list(routingKey, priority);
      });
      expect(lists).toEqual(c.messages.map(({ key }: Case) => key));
    },
  );

  it('is refused where an argument has no form', () => {
    const [c] = picked(recorded, ({ name }) => name.endsWith('call/plain'));
    const unserializable = { task: 't', args: [() => 1] };
    expect(c && planOf(c)(rightOf(Signature.decode(unserializable)))).toEqual(
      E.left(expect.any(EncodeError)),
    );
  });

  it('names an exchange with its routing key, and ignores a routing key alone', () => {
    const [c] = picked(recorded, ({ name }) => name.endsWith('exchange-and-routing_key'));
    expect(c && destinationOf(rightOf(run(c)).messages[0] as Message)).toEqual({
      exchange: 'media',
      routingKey: 'video',
      priority: 0,
    });
  });

  it('names only recorded cases as apart', () => {
    const names = recorded.map(named);
    for (const name of Object.keys(apart)) expect(names).toContain(name);
  });
});
