/**
 * Sending under a name: with the broker beside the results, elsewhere, and where scripts are
 * forbidden.
 */
import { expect, it } from 'vitest';
import type { RedisBackend } from '../../src/index.js';
import { Producer } from '../../src/producer/index.js';
import { describeRedis, type RedisServer, startRedis } from './redisServer.js';
import { onRedis, right } from './scenario.js';

const name = { idempotencyKey: 'order', idempotencyWindow: 30 };

/** Forty times at once, by two producers with a backend each. */
const sendAll = async (
  store: RedisServer,
  broker: string,
  backends: ReadonlyArray<RedisBackend>,
): Promise<ReadonlyArray<string>> => {
  const producers = backends.map((backend) => new Producer({ backend, broker }));
  const results = await Promise.all(
    producers.flatMap((producer) =>
      Array.from({ length: 20 }, () => right(producer.sendTask('t', [], {}, name))),
    ),
  );
  const ids = new Set(results.map(({ id }) => id));
  for (const id of ids) {
    await right((backends[0] as RedisBackend).markAsDone(id, 'done'));
  }
  expect(await Promise.all(results.map((result) => right(result.get({ timeout: 5 }))))).toEqual(
    results.map(() => 'done'),
  );
  await Promise.all(producers.map((producer) => right(producer.close())));
  await store.admin.select(1);
  expect(await store.admin.ttl('chordis-sent-order')).toBeGreaterThan(25);
  return [...ids];
};

const idsIn = async (server: RedisServer, db: number): Promise<ReadonlyArray<string>> => {
  await server.admin.select(db);
  const messages = await server.admin.lrange('celery', 0, -1);
  return messages.map((message) => JSON.parse(message).headers.id);
};

describeRedis('sending under a name', () => {
  it('is one script, where the broker is beside the results', () =>
    onRedis(async ({ server, backend }) => {
      const url = server.url(1);
      const ids = await sendAll(server, server.url(0), [backend({ url }), backend({ url })]);
      expect(ids).toHaveLength(1);
      expect(await idsIn(server, 0)).toEqual(ids);
      expect(await idsIn(server, 1)).toEqual([]);
      const stats = String(await server.admin.info('commandstats'));
      expect(stats).toMatch(/cmdstat_lpush:calls=1,/);
    }));

  it('is once, where the broker is elsewhere', () =>
    onRedis(async ({ server, backend }) => {
      const broker = await startRedis();
      try {
        const url = server.url(1);
        const ids = await sendAll(server, broker.url(0), [backend({ url }), backend({ url })]);
        expect(ids).toHaveLength(1);
        expect(await idsIn(broker, 0)).toEqual(ids);
      } finally {
        await broker.stop();
      }
    }));

  it('is once, where scripts may not push', () =>
    onRedis(async ({ server, backend }) => {
      await server.admin.call(
        ...(['ACL', 'SETUSER', 'store', 'on', '>pw', '~*', '&*', '+@all', '-lpush'] as const),
      );
      const url = server.url(1).replace('://', '://store:pw@');
      const ids = await sendAll(server, server.url(0), [backend({ url }), backend({ url })]);
      expect(ids).toHaveLength(1);
      expect(await idsIn(server, 0)).toEqual(ids);
    }));
});
