/**
 * The worker of the examples: beside one of Celery's on one queue, and alone.
 */
import { setTimeout as delay } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { expect, it } from 'vitest';
import { TryAgain, task } from '../../examples/worker/runTask.js';
import { type Handled, worker } from '../../examples/worker/worker.js';
import type { RedisBackend } from '../../src/index.js';
import { msgpack } from '../../src/msgpack/index.js';
import { encodeMessage } from '../../src/wire/index.js';
import { describeEachCelery, startPython, startWorker } from './celery.js';
import { describeEachServer, describeRedis, type RedisServer } from './redisServer.js';
import { on, onRedis, right, type Scenario, until } from './scenario.js';

// -------------------------------------------------------------------------------------
// a worker at work
// -------------------------------------------------------------------------------------

interface Working {
  readonly handled: ReadonlyArray<Handled>;
  /** As SIGTERM would have it. */
  readonly stop: () => Promise<void>;
}

interface Settings {
  readonly visibilityTimeout?: number;
  readonly grace?: number;
  readonly concurrency?: number;
}

/** Messages are in database 0, results in 1. */
const working = (server: RedisServer, backend: RedisBackend, settings: Settings = {}): Working => {
  const handled: Array<Handled> = [];
  const stop = new AbortController();
  const ended = worker({
    ...{ backend, brokerUrl: server.url(0), queue: 'celery', stop: stop.signal, ...settings },
    functions: new Map([
      [
        'tasks.jittered',
        task(t.tuple([t.unknown, t.number]), async (value, seconds) => {
          await delay(seconds * 1000);
          return value;
        }),
      ],
      [
        'tasks.collected',
        task(t.tuple([t.array(t.unknown), t.string]), async (values, name) => {
          await backend.client.rpush('bodies', name);
          return values;
        }),
      ],
      [
        'tasks.never',
        () => {
          throw new TryAgain('not yet');
        },
      ],
    ]),
  }).forEach((each) => void handled.push(each));
  return {
    handled,
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
};

const backendOf = ({ server, backend }: Scenario, options = {}): RedisBackend =>
  backend({ url: server.url(1), broker: server.url(0), ...options });

const inStore = async (server: RedisServer, command: string, ...args: ReadonlyArray<string>) => {
  const replies = await server.admin
    .multi()
    .select(1)
    .call(command, [...args])
    .select(0)
    .exec();
  return replies?.[1]?.[1];
};

// -------------------------------------------------------------------------------------
// beside Celery
// -------------------------------------------------------------------------------------

const PARTS = 100;
const CHORDS = 2;

describeEachCelery('a chord that workers of Python and TypeScript share', (version) => {
  it.each(['json', 'msgpack'])(
    'runs its body once, with the values in header order, in %s',
    (serializer) =>
      onRedis(async (scenario) => {
        const { server } = scenario;
        const config = {
          task_serializer: serializer,
          result_serializer: serializer,
          accept_content: ['json', 'msgpack'],
          worker_prefetch_multiplier: 1,
        };
        const options = {
          ...{ version, config, pool: 'prefork' as const },
          ...{ broker: server.celeryUrl(0), backend: server.celeryUrl(1) },
        };
        const [python, session] = await Promise.all([startWorker(options), startPython(options)]);
        const serializing = { serializer, serializers: [msgpack], accept: ['json', 'msgpack'] };
        const { handled, stop } = working(server, backendOf(scenario, serializing));
        const names = Array.from({ length: CHORDS }, (_, n) => `chord ${n}`);
        try {
          for (const name of names) {
            const values = await session.python(
              `
              import random
              from celery import chord
              header = [tasks.jittered.s(i * i, random.random() / 20) for i in range(args[0])]
              return chord(header)(tasks.collected.s(args[1])).get(timeout=20)
              `,
              [PARTS, name],
            );
            expect(values).toEqual(Array.from({ length: PARTS }, (_, i) => i * i));
          }
          await delay(200);
          expect(await inStore(server, 'LRANGE', 'bodies', '0', '-1')).toEqual(names);
          const byUs = handled.filter(({ task }) => task === 'tasks.jittered').length;
          const byPython = python.log().match(/Task tasks\.jittered\S+ succeeded/g)?.length;
          expect(byUs).toBeGreaterThan(PARTS / 2);
          expect(byPython).toBe(PARTS * CHORDS - byUs);
          expect(await server.admin.hlen('unacked')).toBe(0);
        } finally {
          await Promise.all([stop(), python.stop(), session.stop()]);
        }
      }),
    90_000,
  );
});

// -------------------------------------------------------------------------------------
// alone
// -------------------------------------------------------------------------------------

interface Sent {
  readonly args?: ReadonlyArray<unknown>;
  readonly priority?: number;
  readonly chain?: ReadonlyArray<unknown>;
  readonly headers?: Readonly<Record<string, unknown>>;
}

const messageOf = (name: string, id: string, sent: Sent = {}): string => {
  const { args = [], priority = 0, chain = null, headers } = sent;
  const embed = { callbacks: null, errbacks: null, chain, chord: null };
  const encoded = encodeMessage({
    body: Buffer.from(JSON.stringify([args, {}, embed])),
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    headers: { lang: 'py', task: `tasks.${name}`, id, retries: 0, ...headers },
    properties: {
      ...{ body_encoding: 'base64', delivery_tag: id, priority },
      delivery_info: { exchange: '', routing_key: 'celery' },
    },
  });
  if (E.isLeft(encoded)) throw encoded.left;
  return String(encoded.right);
};

const idAndRedelivered = (text: string) => {
  const { headers } = JSON.parse(text);
  return [headers.id, headers.redelivered];
};

describeEachServer('workers that wait for messages', (make) => {
  it('take each once, beside one of Kombu', () =>
    on(make)(async (scenario) => {
      const { server } = scenario;
      const kombu = server.admin.duplicate();
      const taken: Array<string> = [];
      const taking = (async () => {
        for (;;) taken.push((await kombu.brpop('celery', 0))?.[1] ?? '');
      })().catch(() => {});
      const backend = backendOf(scenario);
      const workers = [1, 2].map(() => working(server, backend, { concurrency: 2 }));
      const ids = Array.from({ length: 60 }, (_, i) => `${i}`);
      for (const id of ids) {
        await server.admin.lpush('celery', messageOf('jittered', id, { args: [1, 0] }));
        await delay(2);
      }
      const handled = () => workers.flatMap((each) => each.handled.map((task) => task.id));
      await until(() => handled().length + taken.length === ids.length);
      expect(new Set([...handled(), ...taken.map((text) => JSON.parse(text).headers.id)])).toEqual(
        new Set(ids),
      );
      await Promise.all(workers.map(({ stop }) => stop()));
      kombu.disconnect();
      await taking;
    }));
});

describeRedis('a worker in TypeScript', () => {
  it('puts back what has not ended when it is told to stop', () =>
    onRedis(async (scenario) => {
      const { server } = scenario;
      const [low, high] = ['celery', 'celery\x06\x166'];
      await server.admin.lpush(low, messageOf('jittered', 'a', { args: [1, 60] }));
      await server.admin.lpush(high, messageOf('jittered', 'b', { args: [1, 60], priority: 7 }));
      await server.admin.lpush(low, messageOf('jittered', 'c', { args: [1, 0.5] }));
      const { handled, stop } = working(server, backendOf(scenario), { grace: 1_000 });
      await until(async () => (await server.admin.hlen('unacked')) === 3);
      expect(await server.admin.zcard('unacked_index')).toBe(3);
      await stop();
      expect(handled).toEqual([{ id: 'c', task: 'tasks.jittered', state: 'SUCCESS' }]);
      expect((await server.admin.lrange(low, 0, -1)).map(idAndRedelivered)).toEqual([['a', true]]);
      expect((await server.admin.lrange(high, 0, -1)).map(idAndRedelivered)).toEqual([['b', true]]);
      expect(await server.admin.exists('unacked', 'unacked_index')).toBe(0);
    }));

  it('takes the most urgent first', () =>
    onRedis(async (scenario) => {
      const { server } = scenario;
      for (const priority of [9, 0, 3]) {
        const list = priority === 0 ? 'celery' : `celery\x06\x16${priority}`;
        await server.admin.lpush(list, messageOf('jittered', `${priority}`, { args: [1, 0] }));
      }
      const { handled, stop } = working(server, backendOf(scenario), { concurrency: 1 });
      await until(() => handled.length === 3);
      expect(handled.map(({ id }) => id)).toEqual(['0', '3', '9']);
      await stop();
    }));

  it('runs what another worker has held for longer than the visibility timeout', () =>
    onRedis(async (scenario) => {
      const { server } = scenario;
      const hold = (id: string, since: number) =>
        server.admin
          .multi()
          .zadd('unacked_index', since, id)
          .hset('unacked', id, `[${messageOf('jittered', id, { args: [1, 0] })}, "", "celery"]`)
          .exec();
      await hold('dead', Date.now() / 1000 - 61);
      await hold('alive', Date.now() / 1000 - 59);
      const backend = backendOf(scenario);
      const workers = [1, 2].map(() => working(server, backend, { visibilityTimeout: 60 }));
      await until(async () => (await right(backend.getState('dead'))) === 'SUCCESS');
      await Promise.all(workers.map(({ stop }) => stop()));
      expect(workers.flatMap(({ handled }) => handled).map(({ id }) => id)).toEqual(['dead']);
      expect(await server.admin.hkeys('unacked')).toEqual(['alive']);
    }));

  it('tells what it can not run, and goes on', () =>
    onRedis(async (scenario) => {
      const { server } = scenario;
      const next = { task: 'tasks.jittered', args: [], kwargs: {}, options: {} };
      await server.admin.lpush(
        'celery',
        'no message',
        messageOf('unknown', 'a'),
        messageOf('jittered', 'b', { args: ['x', 'y'] }),
        messageOf('jittered', 'c', { args: [1, 0], chain: [next] }),
        messageOf('jittered', 'd', { headers: { expires: '2020-01-01T00:00:00+00:00' } }),
        messageOf('never', 'e'),
        messageOf('jittered', 'f', { args: [1, 0] }),
      );
      const backend = backendOf(scenario);
      const { handled, stop } = working(server, backend, { concurrency: 1 });
      await until(() => handled.length === 9);
      await stop();
      expect(handled.map(({ id, state }) => `${id} ${state}`)).toEqual([
        ...['a FAILURE', 'b FAILURE', 'c FAILURE', 'd REVOKED', 'e RETRY', 'f SUCCESS'],
        ...['e RETRY', 'e RETRY', 'e FAILURE'],
      ]);
      const results = await Promise.all(
        ['a', 'b', 'c', 'd', 'e'].map((id) => right(backend.getResult(id))),
      );
      expect(results).toMatchObject([
        { excType: 'NotRegistered', args: ['tasks.unknown'] },
        { excType: 'TypeError' },
        { excType: 'NotImplementedError' },
        { excType: 'TaskRevokedError', args: ['expired'] },
        { excType: 'TryAgain', args: ['not yet'] },
      ]);
      expect(await server.admin.keys('*')).toEqual([]);
    }));
});
