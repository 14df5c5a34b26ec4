/** Chords recorded from Celery 5.7.0, returned part by part; what is left, and what was sent. */
import * as E from 'fp-ts/lib/Either.js';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { expect, it } from 'vitest';
import type { RedisBackend, RedisBackendOptions, TaskRequest } from '../../src/index.js';
import { isMarked, unmark } from '../../src/serialization/compressionMarker.js';
import { compressions } from '../../src/serialization/compressions.js';
import type { Message } from '../../src/wire/message.js';
import { pythonValue, resultTuple, wireBytes } from '../pythonValue.js';
import { recordedCompressions } from '../recordedCompressions.js';
import { optionsOf } from '../store/backendOver.js';
import { type Case, picked, vectors } from '../vectors.js';
import { listBroker, messageOf, sentTo } from './chordBroker.js';
import { describeRedis, type RedisServer } from './redisServer.js';
import { onRedis } from './scenario.js';

// -------------------------------------------------------------------------------------
// steps
// -------------------------------------------------------------------------------------

// biome-ignore lint/suspicious/noExplicitAny: each step has its own shape
type Step = any;

interface World {
  readonly server: RedisServer;
  readonly backend: RedisBackend;
  readonly prefix: string;
  readonly isOrdered: boolean;
  readonly requests: Array<TaskRequest>;
  meanwhile: Step | null;
}

const groupKey = ({ prefix }: World, id: string, suffix: string): string =>
  `${prefix}celery-taskset-meta-${id}${suffix}`;

const requestOf = (part: Step): TaskRequest => ({
  id: part.id,
  group: part.group,
  groupIndex: pythonValue(part.group_index, true) as number | null,
  chord: part.chord,
});

/** What a worker gets of a message of the header. */
const requestOfMessage = ({ message, message_body }: Step): TaskRequest => {
  const [, , embed] = JSON.parse(message_body);
  return {
    id: message.id,
    group: message.group,
    groupIndex: message.group_index,
    chord: embed.chord,
    chain: embed.chain,
    errbacks: embed.errbacks,
  };
};

/** What a worker says goes where Celery's said it. */
const perform = async (world: World, { step, commands = [] }: Step): Promise<void> => {
  const { server, backend, isOrdered, requests } = world;
  const { admin } = server;
  const nth = (n: number): TaskRequest => requests[n] as TaskRequest;
  const ended = async (operation: () => Promise<E.Either<unknown, unknown>>): Promise<void> => {
    const result = await operation();
    if (E.isLeft(result)) throw result.left;
  };
  if ('apply' in step) {
    requests.length = 0;
    for (const { db, args, ...command } of commands) {
      if (db === 1) await admin.call(args[0], ...args.slice(1));
      else if (command.message?.group) requests.push(requestOfMessage(command));
    }
  } else if ('done' in step) {
    const request = nth(step.done);
    await ended(backend.markAsDone(request.id, pythonValue(step.result), { request }));
  } else if ('fail' in step) {
    const request = nth(step.fail);
    await ended(
      backend.markAsFailure(request.id, pythonValue(step.exc), { request, traceback: 'tb' }),
    );
  } else if ('revoke' in step) {
    const request = nth(step.revoke);
    await ended(backend.markAsRevoked(request.id, step.reason, { request }));
  } else if ('retry' in step) {
    const request = nth(step.retry);
    await ended(
      backend.markAsRetry(request.id, pythonValue(step.exc), { request, traceback: 'tb' }),
    );
  } else if ('part' in step) {
    world.meanwhile = step.meanwhile ?? null;
    await ended(
      backend.onChordPartReturn(requestOf(step.part), step.state, pythonValue(step.result)),
    );
  } else if ('set_chord_size' in step) {
    const [id, size] = step.set_chord_size;
    await ended(backend.setChordSize(id, size));
  } else if ('add_to_chord' in step) {
    await ended(backend.addToChord(step.add_to_chord));
  } else if ('apply_chord' in step) {
    await ended(backend.applyChord(resultTuple(step.apply_chord) as never));
  } else if ('store' in step) {
    const [id, result] = step.store;
    await ended(backend.storeResult(id, pythonValue(result), 'SUCCESS'));
  } else if ('expire' in step) {
    const [id, suffixes] = Array.isArray(step.expire)
      ? step.expire
      : [requests[0]?.group, step.expire];
    for (const suffix of [suffixes].flat()) await admin.del(groupKey(world, id, suffix));
  } else if ('raw_member' in step) {
    const [id, score, member] = step.raw_member;
    const key = groupKey(world, id, '.j');
    const bytes = wireBytes(member);
    if (isOrdered) await admin.zadd(key, String(score), bytes);
    else await admin.rpush(key, bytes);
  } else if ('raw_key' in step) {
    const [id, suffix, value, ttl] = step.raw_key;
    await admin.set(groupKey(world, id, suffix), wireBytes(value), 'EX', ttl);
  } else if ('script_flush' in step) {
    await admin.script('FLUSH');
  } else {
    throw new Error(`No such step: ${JSON.stringify(step)}`);
  }
};

// -------------------------------------------------------------------------------------
// what is left
// -------------------------------------------------------------------------------------

interface Left {
  readonly type: string;
  readonly value: unknown;
  readonly ttl: number | null;
}

const leftOn = async (server: RedisServer): Promise<Readonly<Record<string, Left>>> => {
  const { admin } = server;
  const keys = (await admin.keys('*')).sort();
  const left: Record<string, Left> = {};
  for (const key of keys) {
    const type = await admin.type(key);
    const ttl = await admin.ttl(key);
    left[key] = { type, value: await held(server, key, type), ttl: ttl < 0 ? null : ttl };
  }
  return left;
};

/** A codec's bytes depend on its version. */
const plain = (bytes: Buffer): string => {
  if (!isMarked(bytes)) return bytes.toString('latin1');
  const { method, body } = unmark(bytes);
  const codec = compressions(recordedCompressions).toRead(method);
  if (E.isLeft(codec)) return bytes.toString('latin1');
  return `${method} ${Buffer.from(codec.right.decompress(body, 1e6)).toString('latin1')}`;
};

const held = async ({ admin }: RedisServer, key: string, type: string): Promise<unknown> => {
  const latin1 = plain;
  if (type === 'set') return (await admin.smembers(key)).sort();
  if (type === 'list') return (await admin.lrangeBuffer(key, 0, -1)).map(latin1);
  if (type !== 'zset') return latin1((await admin.getBuffer(key)) ?? Buffer.alloc(0));
  const pairs = await admin.callBuffer('ZRANGE', key, 0, -1, 'WITHSCORES');
  return (pairs as ReadonlyArray<readonly [Buffer, unknown]>).map(([member, score]) => [
    latin1(member),
    Number(score),
  ]);
};

const recordedValue = (type: string, value: Step): unknown => {
  const latin1 = (bytes: Step): string => plain(wireBytes(bytes));
  if (type === 'set') return [...value].sort();
  if (type === 'list') return value.map(latin1);
  if (type !== 'zset') return latin1(value);
  return value.map(([member, score]: [Step, string]) => [
    latin1(member),
    score === 'inf' ? Number.NaN : Number(score),
  ]);
};

/** Ids that are made up differ; so do tracebacks in their frames, and the bytes of a codec. */
const comparable = (left: Readonly<Record<string, Left>>, ids: ReadonlySet<string>): unknown =>
  Object.entries(left)
    .map(([key, { type, value, ttl }]) => {
      const id = /task-meta-(.*)$/.exec(key)?.[1] ?? '';
      const name = id !== '' && !ids.has(id) ? key.replace(id, '<new>') : key;
      const text = typeof value === 'string' ? value.replaceAll(id || '\0', '<id>') : value;
      const plain =
        typeof text === 'string'
          ? text
              .replaceAll('  ...\\n', '')
              .replaceAll('.123456+00:00', '.123000+00:00')
              .replace(/^[0-9a-f]{32}$/, '<token>')
          : text;
      return { name, type, value: plain, ttl };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));

// -------------------------------------------------------------------------------------
// messages
// -------------------------------------------------------------------------------------

/** Sender, ids that are made up, and the part as parent, which the recording had none of. */
const OWN = [
  ...['origin', 'ignore_result', 'root_id', 'parent_id'],
  ...['id', 'group', 'stamped_headers', 'stamps'],
];

const comparableMessages = (messages: ReadonlyArray<Message>) =>
  messages.map(({ body, headers, properties }) => ({
    body: body.toString(),
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.includes(name))),
    delivery: properties.delivery_info,
    priority: properties.priority,
  }));

// -------------------------------------------------------------------------------------
// tests
// -------------------------------------------------------------------------------------

/** Where chordis does otherwise, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
  '5.7.0/fail/security': 'no class is looked up by a name',
  '5.7.0/fail/unknown-class': 'which modules a Python worker has loaded is not known',
  '5.7.0/fail/callback-cannot-be-sent': 'what is wrong with an option is told in other words',
  '5.7.0/fail/redelivered-after-the-callback-was-refused': 'the same',
  '5.7.0/compression/mixed-parts': 'Node has no bzip2',
  '5.7.0/part/typed-values': 'monitors are shown bytes as Python prints them',
  '5.7.0/unordered/mixed-old-part-redelivered': 'a part of an older worker counts once',
};

/** What somebody else does while the parts are joined, which is before anything is sent. */
const isAtJoin = ({ steps }: Case): boolean =>
  steps.some(({ step }: Step) => /RANGE/.test(step.meanwhile?.on ?? ''));

/** Its timers run, its clock does not. */
const frozen = (now: string): SchedulerLike => ({
  now: () => Date.parse(now),
  schedule: asyncScheduler.schedule.bind(asyncScheduler),
});

const configOf = (c: Case): RedisBackendOptions => {
  const { result_chord_join_timeout: join, result_chord_expires: expires } = c.config;
  const ordered = c.config.result_backend_transport_options?.result_chord_ordered;
  return {
    ...optionsOf(c),
    scheduler: frozen(c.now),
    compressions: recordedCompressions,
    ...(join !== undefined && { chordJoinTimeout: join }),
    ...(expires !== undefined && { chordExpires: expires }),
    ...(ordered !== undefined && { chordOrdered: ordered }),
  };
};

const replay = (c: Case, isHere: boolean): Promise<void> =>
  onRedis(async ({ server, backend }) => {
    const world: World = {
      server,
      backend: backend({
        ...configOf(c),
        errbacks: {
          'proj.new_errback': () => undefined,
          'proj.bad_errback': () => {
            throw new Error('an errback that raises');
          },
        },
        broker: listBroker(server, {
          isHere,
          before: async () => {
            const { meanwhile } = world;
            world.meanwhile = null;
            if (meanwhile !== null) await perform(world, { step: meanwhile });
          },
        }),
      }),
      prefix: c.config.result_backend_transport_options?.global_keyprefix ? 'acme_' : '',
      isOrdered: c.config.result_backend_transport_options?.result_chord_ordered ?? true,
      requests: [],
      meanwhile: null,
    };
    const expected: Array<string> = [];
    for (const step of c.steps) {
      await perform(world, step);
      for (const { db, args } of step.commands ?? []) {
        if (db === 0 && args[0] === 'LPUSH' && typeof args[2] === 'string') expected.push(args[2]);
      }
    }
    const ids = new Set(Object.keys(c.left).map((key) => key.replace(/^.*task-meta-/, '')));
    const isKnown = c.name !== '5.7.0/fail/body-without-id';
    const recorded = Object.fromEntries(
      Object.entries<Step>(c.left).map(([key, { type, value, has_ttl, ttl }]) => [
        key,
        { type, value: recordedValue(type, value), ttl: has_ttl ? ttl : null },
      ]),
    );
    const known: ReadonlySet<string> = isKnown ? ids : new Set();
    expect(comparable(await leftOn(server), known)).toEqual(comparable(recorded, known));
    expect(comparableMessages(await sentTo(server))).toEqual(
      comparableMessages(expected.map(messageOf)),
    );
  });

const recorded = picked(vectors('chords'), (c) => DIFFERENT[c.name] === undefined);

describeRedis('a chord returned part by part', () => {
  it.each(picked(recorded, (c) => c.name !== '5.7.0/claim/lost-before-cleanup'))(
    'leaves and sends what Celery does, in one script: $name',
    (c) => replay(c, true),
  );

  it.each(picked(recorded, (c) => !isAtJoin(c)))(
    'leaves and sends what Celery does, on another server: $name',
    (c) => replay(c, false),
  );
});
