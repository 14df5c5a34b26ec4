import { expect, it } from 'vitest';
import { RedisBackend, type Stored } from '../../src/index.js';
import { describeEachServer, describeRedis } from './redisServer.js';
import { keyOf, left, on, onRedis, right, timed } from './scenario.js';

const MEBIBYTE = 1 << 20;

describeRedis('a store', () => {
  it.each([0, null])('need 24: with expires %s a result stays for ever', (expires) =>
    onRedis(async ({ server, backend }) => {
      const one = backend({ expires });
      await right(one.storeResult('a', 1, 'SUCCESS'));
      await right(one.set('key', 'value'));
      expect(await server.admin.ttl(keyOf('a'))).toBe(-1);
      expect(await server.admin.ttl('key')).toBe(-1);
    }),
  );

  it('need 24: a result lives for a day by default, and a fraction of a second is none', () =>
    onRedis(async ({ server, backend }) => {
      await right(backend().storeResult('a', 1, 'SUCCESS'));
      await right(backend({ expires: 5400.9 }).storeResult('b', 1, 'SUCCESS'));
      await right(backend({ expires: 0.5 }).storeResult('c', 1, 'SUCCESS'));
      const ttls = await Promise.all(['a', 'b', 'c'].map((id) => server.admin.ttl(keyOf(id))));
      expect(ttls[0]).toBeGreaterThan(86_390);
      expect([5399, 5400]).toContain(ttls[1]);
      expect(ttls[2]).toBe(-1);
    }));

  it('need 39: 513 MB are refused at once, with nothing sent and no retry', () =>
    onRedis(async ({ server, backend, log }) => {
      const one = backend();
      await right(one.get('x'));
      const value = Buffer.alloc(513 * MEBIBYTE);
      const took = await timed(async () => {
        expect(await left(one.set('big', value))).toMatchObject({
          _tag: 'ValueTooLarge',
          key: 'big',
          bytes: 513 * MEBIBYTE,
          limit: 512 * MEBIBYTE,
        });
      });
      expect(took).toBeLessThan(100);
      expect(log).toEqual([]);
      expect(await server.admin.exists('big')).toBe(0);
    }));

  it('need 39: so is a result that would take as much', () =>
    onRedis(async ({ backend }) => {
      const one = backend();
      const result = 'x'.repeat(512 * MEBIBYTE - 100);
      expect(await left(one.storeResult('big', result, 'SUCCESS'))).toMatchObject({
        _tag: 'EncodeError',
        path: '$',
        problem: expect.stringContaining('512 MB'),
      });
    }));
});

describeEachServer('the guard of a SUCCESS', (make) => {
  it('need 40: of 50 concurrent writers one SUCCESS stays, and memory agrees with Redis', async () => {
    const race = async (
      backends: ReadonlyArray<RedisBackend>,
    ): Promise<{ readonly outcomes: ReadonlyArray<Stored>; readonly result: unknown }> => {
      const [first = new RedisBackend()] = backends;
      await right(first.storeResult('a', 'working', 'STARTED'));
      const outcomes = await Promise.all(
        backends.map((one, i) =>
          right(one.storeResult('a', i, i % 2 === 0 ? 'SUCCESS' : 'FAILURE')),
        ),
      );
      return { outcomes, result: await right(first.getResult('a')) };
    };
    const check = ({ outcomes, result }: Awaited<ReturnType<typeof race>>): void => {
      const successes = outcomes.filter((_, i) => i % 2 === 0).map(({ _tag }) => _tag);
      expect(successes.filter((tag) => tag === 'Stored')).toHaveLength(1);
      expect(outcomes[Number(result)]?._tag).toBe('Stored');
      expect(Number(result) % 2).toBe(0);
    };
    await on(make)(async ({ backend }) => {
      for (let round = 0; round < 5; round += 1) {
        const backends = Array.from({ length: 50 }, () => backend());
        check(await race(backends));
        await right((backends[0] ?? backend()).forget('a'));
      }
    });
    const memory = new RedisBackend({ url: 'memory://' });
    check(await race(Array.from({ length: 50 }, () => memory)));
  });
});
