/**
 * Redis drops a client that listens where more piles up for it than
 * `client-output-buffer-limit pubsub` allows: by default 32 MB, or 8 MB for a minute. All
 * that is watched arrives all the same, each once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { RedisBackend } from '../../src/index.js';
import { describeEachServer, describeRedis, type RedisServer } from './redisServer.js';
import {
  keyOf,
  metaText,
  observe,
  on,
  onRedis,
  right,
  type Scenario,
  taskIds,
  until,
} from './scenario.js';
import { startSlowProxy } from './slowProxy.js';

const KB = 1000;

const results = (ids: ReadonlyArray<string>, bytes: number): ReadonlyArray<[string, string]> =>
  ids.map((id) => [keyOf(id), metaText(id, 'SUCCESS', 'x'.repeat(bytes))]);

const store = async (
  { admin }: RedisServer,
  ids: ReadonlyArray<string>,
  bytes: number,
  pause = 0,
): Promise<void> => {
  for (const [key, meta] of results(ids, bytes)) {
    await admin.multi().set(key, meta).publish(key, meta).exec();
    if (pause > 0) await delay(pause);
  }
};

/** Watches the tasks to their ends; each has to succeed once. */
const expectEachOnce = async (
  backend: RedisBackend,
  ids: ReadonlyArray<string>,
  meanwhile: () => Promise<void> = async () => {},
): Promise<void> => {
  const seen = ids.map((id) => observe(backend.resultConsumer.consumeFrom(id)));
  await right(backend.onTaskCall(null, 'the last'));
  await meanwhile();
  await Promise.all(seen.map(({ ended }) => ended));
  backend.resultConsumer.cancelFor('the last');
  const states = seen.map(({ values }) => values.map(({ status }) => status).join());
  expect(new Set(states)).toEqual(new Set(['SUCCESS']));
};

const stored =
  (count: number, bytes: number) =>
  async ({ server, backend, log }: Scenario): Promise<void> => {
    const ids = taskIds(count);
    await store(server, ids, bytes);
    await expectEachOnce(backend(), ids);
    expect(log).toEqual([]);
  };

const storedAndTold =
  (count: number, bytes: number, pause?: number) =>
  async ({ server, backend }: Scenario): Promise<void> => {
    await tighten(server);
    const [before, after] = [taskIds(count), taskIds(count)];
    await store(server, before, bytes);
    await expectEachOnce(backend(), [...before, ...after], () =>
      store(server, after, bytes, pause),
    );
  };

/** How much the server has read from all its clients. */
const bytesTaken = async ({ admin }: RedisServer): Promise<number> => {
  const [, bytes] = /total_net_input_bytes:(\d+)/.exec(await admin.info('stats')) ?? [];
  return Number(bytes);
};

const tighten = (server: RedisServer) =>
  server.cli('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 256kb 256kb 60');

describeEachServer('what piles up for a link that listens', (make) => {
  it('may be 1,000 stored results of 40 KB, with the limits of a stock Redis', () =>
    on(make)(stored(1000, 40 * KB)));

  it('may be 20 results of 1 MB with a limit of 256 KB, stored and told', () =>
    on(make)(storedAndTold(20, 1000 * KB)));
});

describeRedis('what piles up for a link that listens', () => {
  it('may be 34 stored results of 1 MB', () => onRedis(stored(34, 1000 * KB)));

  it('may be one stored result of 33 MB', () => onRedis(stored(1, 33_000 * KB)));

  it('may be results of 1 MB with a limit of 256 KB, each of which costs a link', () =>
    onRedis(storedAndTold(25, 1000 * KB, 50)));

  it('may be 2,000 results of 10 KB with a limit of 256 KB', () =>
    onRedis(storedAndTold(2000, 10 * KB)));

  it('names each key a few times only, however few of them are read at once', () =>
    onRedis(async ({ server, backend }) => {
      const ids = taskIds(500);
      await store(server, ids, 10 * KB);
      const before = await bytesTaken(server);
      await expectEachOnce(backend(), ids);
      const names = ids.reduce((sum, id) => sum + keyOf(id).length, 0);
      expect((await bytesTaken(server)) - before).toBeLessThan(10 * names);
    }));

  it('may be a burst of results', () =>
    onRedis(async ({ server, backend }) => {
      const ids = taskIds(1500);
      await expectEachOnce(backend(), ids, async () => {
        const burst = server.admin.pipeline();
        for (const [key, meta] of results(ids, 100 * KB)) burst.set(key, meta).publish(key, meta);
        await burst.exec();
      });
    }));

  it('may be what was stored in an outage', () =>
    onRedis(async ({ server, backend, proxy }) => {
      const through = await proxy();
      const ids = taskIds(400);
      await expectEachOnce(backend({ url: through.url }), ids, async () => {
        through.refuse();
        await store(server, ids, 100 * KB);
        await delay(1200);
        through.resume();
      });
    }));

  it('may be 20,000 channels with a limit of 256 KB', () =>
    onRedis(async ({ server, backend, log }) => {
      await tighten(server);
      const watching = backend();
      const seen = taskIds(20_000).map((id) => observe(watching.resultConsumer.consumeFrom(id)));
      await right(watching.onTaskCall(null, 'the last'));
      expect(await server.channels()).toHaveLength(20_001);
      for (const { unsubscribe } of seen) unsubscribe();
      watching.resultConsumer.cancelFor('the last');
      await until(async () => (await server.channels()).length === 0);
      expect(log).toEqual([]);
    }));
});

describeRedis('a slow link', () => {
  it('only takes its time, though a reply takes many times the deadline', () =>
    onRedis(async ({ server, backend, log }) => {
      const slow = await startSlowProxy(server.port, 3);
      const ids = taskIds(2);
      await store(server, ids, 3 * KB);
      const watching = backend({
        url: `redis://127.0.0.1:${slow.port}/0`,
        socketTimeout: 0.3,
        healthCheckInterval: 0.3,
      });
      await expectEachOnce(watching, ids);
      expect(await right(watching.getState(ids[0] ?? ''))).toBe('SUCCESS');
      expect(log).toEqual([]);
      await right(watching.close());
      await slow.close();
    }));
});
