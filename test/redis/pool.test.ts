import type { Subscription } from 'rxjs';
import { expect, it } from 'vitest';
import { connectionPool } from '../../src/index.js';
import { fromRun } from '../../src/operation/operation.js';
import type { Link } from '../../src/redis/link.js';
import { describeRedis } from '../integration/redisServer.js';
import { left, onRedis, right, until } from '../integration/scenario.js';

describeRedis('a pool', () => {
  it('opens no more than maxConnections, and takes them in turn', () =>
    onRedis(async ({ server }) => {
      const pool = connectionPool({ url: server.url(), maxConnections: 3 });
      expect(await server.clients()).toEqual([]);
      const links = await Promise.all(Array.from({ length: 9 }, () => right(fromRun(pool.link))));
      expect(new Set(links).size).toBe(3);
      expect(links.slice(3, 6)).toEqual(links.slice(0, 3));
      expect(await server.clients()).toHaveLength(3);
      await right(pool.close);
    }));

  it('has a client of its own, which heals, and loses what had no answer', () =>
    onRedis(async ({ server }) => {
      const pool = connectionPool({ url: server.url() });
      expect(pool.client).toBe(pool.client);
      await right(fromRun(pool.link));
      expect(await pool.client.incr('n')).toBe(1);
      expect(await server.clients()).toHaveLength(2);
      await server.killClients('normal');
      await until(async () => (await pool.client.incr('n').catch(() => 0)) > 1);
      await right(pool.close);
      await until(async () => (await server.clients()).length === 0);
    }));

  it('gives a subscriber a link of its own, for as long as it is subscribed', () =>
    onRedis(async ({ server }) => {
      const pool = connectionPool({ url: server.url(), clientName: 'mine' });
      const links: Array<Link> = [];
      const open = (): Subscription =>
        pool.dedicated$.subscribe({ next: (link) => links.push(link), error: () => {} });
      const subscriptions = [open(), open()];
      await until(() => links.length === 2);
      expect((await server.clients()).map(({ name }) => name)).toEqual([
        'mine-consumer',
        'mine-consumer',
      ]);
      subscriptions[0]?.unsubscribe();
      await until(async () => (await server.clients()).length === 1);
      await right(pool.close);
      subscriptions[1]?.unsubscribe();
    }));

  it('leaves no link behind where a subscriber leaves before it is open', () =>
    onRedis(async ({ server }) => {
      const pool = connectionPool({ url: server.url() });
      for (let i = 0; i < 20; i += 1) {
        const subscription = pool.dedicated$.subscribe();
        if (i % 2 === 0) await new Promise(setImmediate);
        subscription.unsubscribe();
      }
      await right(pool.close);
      await until(async () => (await server.clients()).length === 0);
    }));

  it('lets only so many wait for a connection', () =>
    onRedis(async ({ server, backend }) => {
      const one = backend({ maxOfflineQueue: 2 });
      const waiting = [right(one.get('a')), right(one.get('b'))];
      expect(await left(one.get('c'))).toMatchObject({ _tag: 'OfflineQueueFull', limit: 2 });
      await Promise.all(waiting);
      await Promise.all(Array.from({ length: 10 }, () => right(one.get('d'))));
      expect(await server.clients()).toHaveLength(1);
    }));

  it('waits for the replies under way when it is closed, and then refuses', () =>
    onRedis(async ({ server, backend }) => {
      const pool = connectionPool({ url: server.url() });
      const one = backend({ connectionPool: pool });
      await right(one.get('a'));
      const replies = Promise.all(Array.from({ length: 100 }, () => right(one.incr('n'))));
      await right(pool.close);
      expect((await replies).at(-1)).toBe(100);
      expect(await left(one.get('a'))).toMatchObject({ _tag: 'Closed' });
      await right(pool.close);
    }));

  it('outlives the backends that share it, and their consumers are closed with them', () =>
    onRedis(async ({ server, backend }) => {
      const pool = connectionPool({ url: server.url(), maxConnections: 2 });
      const [one, two] = [backend({ connectionPool: pool }), backend({ connectionPool: pool })];
      const waited = right(one.asyncResult('a').get());
      await right(two.storeResult('a', 1, 'SUCCESS'));
      expect(await waited).toBe(1);
      await Promise.all(Array.from({ length: 10 }, () => right(one.get('x'))));
      expect(await server.clients()).toHaveLength(3);
      await right(one.close());
      expect(await right(two.getResult('a'))).toBe(1);
      await until(async () => (await server.clients()).length === 2);
      await right(pool.close);
    }));
});
