/**
 * The two sides of the comparison of canvases: what Celery's client sent, and what chordis
 * plans of the same signature, both made readable.
 */
import * as E from 'fp-ts/lib/Either.js';
import { fromSignature, toSignature } from '../../src/canvas/canvas.js';
import { planner } from '../../src/canvas/planner.js';
import { InvalidArgument } from '../../src/errors/errors.js';
import { memoryStore } from '../../src/memory/memoryStore.js';
import type { Broker } from '../../src/port/broker.js';
import { type ApplyOptions, Producer } from '../../src/producer/index.js';
import { DateTime } from '../../src/serialization/dateTime.js';
import { json } from '../../src/serialization/json.js';
import { destinationOf, kombuLayout } from '../../src/wire/kombuLayout.js';
import { decodeMessage, encodeMessage, type Message } from '../../src/wire/message.js';
import { ResultTuple } from '../../src/wire/resultTuple.js';
import { encodeSavedGroup } from '../../src/wire/savedGroup.js';
import { Signature } from '../../src/wire/signature.js';
import { rightOf } from '../settled.js';
import { at, backendOver } from '../store/backendOver.js';
import { builtCanvas } from './canvasBuilding.js';

/** A signature, what it was called with, and what Celery made of it. */
export interface Case {
  readonly signature: string;
  /** The signature, once Celery has read it. */
  readonly read: string;
  readonly args: string;
  readonly options: string;
  readonly failed?: string;
  readonly queues: Readonly<Record<string, ReadonlyArray<string>>>;
  readonly keys: Readonly<Record<string, string>>;
  readonly result: string | null;
}

/** What is sent and written, with names that don't depend on how ids are made. */
interface Sent {
  readonly queues: Readonly<Record<string, ReadonlyArray<unknown>>>;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly result: unknown;
}

/** A message with its body read, and without what is another in each sending. */
const readable = (raw: string | Buffer): unknown => {
  const { body, headers, properties } = rightOf(decodeMessage('queue', Buffer.from(raw)));
  const { origin: _, ...told } = headers;
  const { delivery_tag: __, ...rest } = properties;
  return { headers: told, properties: rest, body: rightOf(json.decode(body)) };
};

/** Each id that was made is named after where it is seen first, members in the order of their names. */
export const renamed = (sent: Sent): unknown => {
  const names = new Map<string, string>();
  const name = (text: string): string =>
    text.replace(/gen-\d+/g, (id) => {
      if (!names.has(id)) names.set(id, `made ${names.size}`);
      return names.get(id) ?? id;
    });
  const walk = (u: unknown): unknown => {
    if (typeof u === 'string') return name(u);
    if (Array.isArray(u)) return u.map(walk);
    if (typeof u !== 'object' || u === null || Object.getPrototypeOf(u) !== Object.prototype)
      return u;
    return Object.fromEntries(
      Object.entries(u)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => [name(key), walk(value)]),
    );
  };
  const queues = walk(sent.queues);
  const result = walk(sent.result);
  // Keys have ids for names, which are known already: those of headers that were saved are not.
  const keys = Object.entries(sent.keys).map(([key, value]) => [name(key), value] as const);
  return [queues, result, walk(Object.fromEntries(keys))];
};

/** What Celery made, by the constructors of a producer; undefined for what they don't make. */
export const builtByChordis = ({ signature }: Case): Signature | undefined =>
  builtCanvas(parsed(signature));

/** What Celery made. */
export const readByChordis = ({ read }: Case): unknown => parsed(read);

export const canvasOf = ({ signature }: Case): Signature =>
  rightOf(Signature.decode(parsed(signature)));

const parsed = (text: string): unknown => rightOf(json.decode(Buffer.from(text)));

/** What a case is called with. */
export const argsOf = (args: string): ReadonlyArray<unknown> =>
  parsed(args) as ReadonlyArray<unknown>;

export const sentByCelery = ({ queues, keys, result }: Case): Sent => ({
  queues: Object.fromEntries(
    Object.entries(queues).map(([queue, messages]) => [queue, messages.map(readable)]),
  ),
  keys: Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, parsed(value)])),
  result: result === null ? null : parsed(result),
});

const now = new DateTime('2026-11-25T12:00:00.123000+00:00');

/** Far from those that Celery has made, and in the same order. */
const newIds = (): (() => string) => {
  let made = 1_000_000;
  return () => `gen-${made++}`;
};

/** Celery's own, which a frozen canvas holds too. */
const replyTo = 'replies';

export const plannedByChordis = ({ signature, args, options }: Case): Sent => {
  const plan = planner({
    serializer: () => E.right(json),
    newId: newIds(),
    now: () => now,
    origin: 'chordis',
    replyTo,
    queue: 'celery',
  });
  const { messages, chordSizes, savedGroups, result } = rightOf(
    plan(
      rightOf(Signature.decode(parsed(signature))),
      argsOf(args),
      parsed(options) as Readonly<Record<string, unknown>>,
    ),
  );
  const key = (id: string): string => `celery-taskset-meta-${id}`;
  return {
    queues: queuesOf(messages),
    keys: Object.fromEntries([
      ...chordSizes.map(({ groupId, size }) => [`${key(groupId)}.s`, size]),
      ...savedGroups.map((group) => [
        key(group.id),
        parsed(String(rightOf(encodeSavedGroup(json)(group)))),
      ]),
    ]),
    result: result && ResultTuple.encode(result),
  };
};

const queuesOf = (messages: ReadonlyArray<Message>): Sent['queues'] => {
  const layout = kombuLayout();
  const queues = new Map<string, ReadonlyArray<unknown>>();
  for (const message of messages) {
    const { routingKey, priority } = destinationOf(message);
    const list = layout.list(routingKey, priority);
    const read = readable(rightOf(encodeMessage(message)));
    queues.set(list, [...(queues.get(list) ?? []), read]);
  }
  return Object.fromEntries(queues);
};

/** By the wire's names, as Celery has it once it has read it. */
export const onTheWire = (canvas: Signature): unknown =>
  parsed(
    String(rightOf(json.encode(Signature.encode(toSignature(rightOf(fromSignature(canvas))))))),
  );

/** What a producer sends and writes; null for a chain of nothing, which it refuses. */
export const appliedByChordis = async (
  { options }: Case,
  canvas: Signature,
): Promise<Sent | null> => {
  const scheduler = at(now.toISOString());
  const store = memoryStore({ scheduler });
  const keys = new Map<string, unknown>();
  const save: typeof store.chords.save = (key, value, expires) => {
    keys.set(key, parsed(String(value)));
    return store.chords.save(key, value, expires);
  };
  const backend = backendOver({ ...store, chords: { ...store.chords, save } }, { scheduler });
  const sent: Array<Message> = [];
  const broker: Broker = {
    publish: (messages) => (settle) => {
      sent.push(...messages);
      settle(E.right(undefined));
      return undefined;
    },
    close: () => undefined,
  };
  const { producing } = backend;
  const context = { ...producing.context, newId: newIds(), replyTo };
  const producer = new Producer({
    backend: { onTaskCall: backend.onTaskCall, producing: { ...producing, context } },
    broker,
  });
  const applied = await producer.apply(
    canvas,
    // they are by Celery's names already
    parsed(options) as ApplyOptions,
  )();
  if (E.isLeft(applied)) {
    if (applied.left instanceof InvalidArgument && applied.left.argument === 'canvas') return null;
    throw applied.left;
  }
  const result = ResultTuple.encode(applied.right.asTuple());
  await backend.close()();
  return { queues: queuesOf(sent), keys: Object.fromEntries(keys), result };
};
