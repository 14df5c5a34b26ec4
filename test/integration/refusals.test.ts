/** What a server refuses, and what that does to the others that asked it something. */
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { describeEachServer, describeRedis, type RedisServer } from './redisServer.js';
import { type Refuse, startRefusingProxy } from './refusingProxy.js';
import { keyOf, left, metaText, observe, on, onRedis, right, taskIds, until } from './scenario.js';

const refusing = async (
  server: RedisServer,
  refuse: Refuse,
  body: (url: string) => Promise<void>,
): Promise<void> => {
  const proxy = await startRefusingProxy(server.port, refuse);
  try {
    await body(proxy.url);
  } finally {
    await proxy.close();
  }
};

const isScript = (name = ''): boolean => /^evalsha$|^eval$/i.test(name);

/** Keeps the server busy with a script, for so many milliseconds. */
const busy = async ({ admin }: RedisServer, milliseconds: number): Promise<void> => {
  await admin.config('SET', 'lua-time-limit', 50);
  await admin.eval(
    `local function now() local t = redis.call('TIME') return t[1] * 1000 + t[2] / 1000 end
     local stop = now() + ${milliseconds}
     while now() < stop do end
     return 1`,
    0,
  );
};

describeEachServer('a server that is busy with a script', (make) => {
  it('is waited for by reads, stores and watches, and loses no link', () =>
    on(make)(async ({ server, backend }) => {
      const one = backend({ healthCheckInterval: 0.3 });
      const [before, stored, after] = taskIds(3) as [string, string, string];
      const early = observe(one.resultConsumer.consumeFrom(before));
      await right(one.onTaskCall(null, before));
      const links = async () => (await server.clients()).map(({ id }) => id).sort();
      const linked = await links();
      const script = busy(server, 1200);
      await delay(150);
      const storing = right(one.storeResult(stored, 1, 'SUCCESS'));
      const reading = right(one.getState(before));
      const late = observe(one.resultConsumer.consumeFrom(after));
      await script;
      expect((await storing)._tag).toBe('Stored');
      expect(await reading).toBe('PENDING');
      await right(one.onTaskCall(null, after));
      for (const id of [before, after]) {
        await server.admin.publish(keyOf(id), metaText(id, 'SUCCESS', 5));
      }
      await Promise.all([early.ended, late.ended]);
      expect([early.values, late.values].map(([meta]) => meta?.result)).toEqual([5, 5]);
      expect((await links()).filter((id) => linked.includes(id))).toEqual(linked);
    }));
});

describeEachServer('a server that is short of memory', (make) => {
  it('is told at once and by its code, without the value', () =>
    on(make)(async ({ server, backend, log }) => {
      await server.admin.set('ballast', 'x'.repeat(3_000_000));
      await server.admin.config('SET', 'maxmemory', '1mb');
      const one = backend();
      for (const outcome of [
        await left(one.storeResult('a', 'card 4111-1111', 'SUCCESS')),
        await left(one.set('a', 'card 4111-1111')),
      ]) {
        expect(outcome).toMatchObject({ _tag: 'ResponseError', code: 'OOM' });
        const shown = inspect(outcome, { depth: null, showHidden: true });
        expect(shown).not.toContain('4111');
      }
      expect(await right(one.getState('a'))).toBe('PENDING');
      expect(log).toEqual([]);
      await server.admin.config('SET', 'maxmemory', '0');
    }));
});

describeRedis('a refusal', () => {
  it.each([
    'LOADING Redis is loading the dataset in memory',
    'MASTERDOWN Link with MASTER is down',
    'CLUSTERDOWN The cluster is down',
    'TRYAGAIN Multiple keys request during rehashing of slot',
    'NOREPLICAS Not enough good replicas to write.',
    'READONLY You can not write against a read only replica.',
    'ERR max number of clients reached',
  ])('that passes is waited out by all: %s', (error) =>
    onRedis(async ({ server, backend }) => {
      let refusals = 3;
      const isOver = (name = ''): boolean =>
        !/^(get|subscribe|evalsha|eval)$/i.test(name) || refusals-- <= 0;
      await refusing(
        server,
        ([name]) => (isOver(name) ? undefined : error),
        async (url) => {
          const one = backend({ url, retryPolicy: { intervalMax: 0.05, intervalStep: 0.05 } });
          const [id = ''] = taskIds(1);
          const seen = observe(one.resultConsumer.consumeFrom(id));
          await right(one.onTaskCall(null, id));
          refusals = 2;
          expect(await right(one.getState(id))).toBe('PENDING');
          refusals = 2;
          await right(one.storeResult(id, 1, 'SUCCESS'));
          await seen.ended;
          expect(seen.values.map(({ status }) => status)).toEqual(['SUCCESS']);
          await right(one.close());
        },
      );
    }),
  );

  it.each([
    'ERR unsupported command',
    'MISCONF Errors writing to disk',
    'BUSY Redis is busy running a script',
    'NOPERM this user has no permissions',
  ])('of a PING is a sign of life: %s', (error) =>
    onRedis(async ({ server, backend, log }) => {
      const refuse: Refuse = ([name]) => (/^ping$/i.test(name ?? '') ? error : undefined);
      await refusing(server, refuse, async (url) => {
        const one = backend({ url, healthCheckInterval: 0.1 });
        const [id = ''] = taskIds(1);
        const seen = observe(one.resultConsumer.consumeFrom(id));
        await delay(600);
        await right(backend().storeResult(id, 1, 'SUCCESS'));
        await seen.ended;
        expect(log).toEqual([]);
        await right(one.close());
      });
    }),
  );

  it('of keys that lie apart makes many stores at once do what single ones do', () =>
    onRedis(async ({ server, backend }) => {
      const refuse: Refuse = ([name, , keys]) =>
        isScript(name) && Number(keys) > 1 ? 'CROSSSLOT Keys in request' : undefined;
      await refusing(server, refuse, async (url) => {
        const one = backend({ url });
        const ids = taskIds(100);
        const seen = ids.map((id) => observe(one.resultConsumer.consumeFrom(id)));
        await Promise.all(ids.map((id) => right(one.storeResult(id, 1, 'SUCCESS'))));
        await Promise.all(seen.map(({ ended }) => ended));
        await right(one.close());
      });
    }));

  it.each(['ERR poison', 'hang up'])('of one store is no matter of the others: %s', (how) =>
    onRedis(async ({ server, backend }) => {
      const ids = taskIds(200);
      const poison = keyOf(ids[77] ?? '');
      const refuse: Refuse = (command) =>
        isScript(command[0]) && command.includes(poison) ? how : undefined;
      await refusing(server, refuse, async (url) => {
        const one = backend({ url, retryPolicy: { maxRetries: 5, intervalMax: 0.05 } });
        const outcomes = await Promise.all(ids.map((id) => one.storeResult(id, 1, 'SUCCESS')()));
        const failed = ids.filter((_, i) => E.isLeft(outcomes[i] as E.Either<unknown, unknown>));
        expect(failed).toEqual([ids[77]]);
        await right(one.close());
      });
    }),
  );

  it('that breaks the link is no matter of others that read, write or delete then', () =>
    onRedis(async ({ server, backend }) => {
      const refuse: Refuse = (command) => (command.includes('poison') ? 'hang up' : undefined);
      await refusing(server, refuse, async (url) => {
        const one = backend({ url, retryPolicy: { maxRetries: 4, intervalMax: 0.05 } });
        const keys = Array.from({ length: 50 }, (_, i) => (i === 20 ? 'poison' : `key-${i}`));
        const uses: ReadonlyArray<(key: string) => Promise<E.Either<unknown, unknown>>> = [
          (key: string) => one.get(key)(),
          (key: string) => one.set(key, '1')(),
          (key: string) => one.delete(key)(),
        ];
        for (const use of uses) {
          const outcomes = await Promise.all(keys.map(use));
          expect(keys.filter((_, i) => E.isLeft(outcomes[i] ?? E.right(0)))).toEqual(['poison']);
        }
        await right(one.close());
      });
    }));

  it('of scripts leaves watching to plain reads', () =>
    onRedis(async ({ server, backend }) => {
      const refuse: Refuse = ([name]) =>
        isScript(name) ? `ERR unknown command '${name}'` : undefined;
      await refusing(server, refuse, async (url) => {
        const [stored = '', later = ''] = taskIds(2);
        await right(backend().storeResult(stored, 'x'.repeat(100), 'SUCCESS'));
        const one = backend({ url });
        const results = Promise.all([stored, later].map((id) => right(one.asyncResult(id).get())));
        await until(async () => (await server.numsub(keyOf(later))) === 1);
        await right(backend().storeResult(later, 2, 'SUCCESS'));
        expect(await results).toEqual(['x'.repeat(100), 2]);
        await right(one.close());
      });
    }));

  it('is told without what was sent, in whatever words', () =>
    onRedis(async ({ server, backend }) => {
      const words = [
        'ERR unknown command, with args beginning with: card 4111-1111',
        'unsupported: card 4111-1111 86400',
        'ERR bad payload [card 4111-1111] at byte 7',
      ];
      for (const error of words) {
        await refusing(
          server,
          ([name]) => (isScript(name) ? error : undefined),
          async (url) => {
            const one = backend({ url, retryPolicy: { maxRetries: 0 } });
            for (const outcome of [
              await left(one.set('k', 'card 4111-1111')),
              await left(one.storeResult('a', 'card 4111-1111', 'SUCCESS')),
            ]) {
              const shown = inspect(outcome, { depth: null, showHidden: true });
              expect(shown).not.toContain('4111');
            }
            await right(one.close());
          },
        );
      }
    }));
});
