import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeRedis } from './redisServer.js';
import { observe, onRedis, right, taskIds, until } from './scenario.js';
import { compileScripts, type Scripts } from './scripts.js';

describeRedis('across processes,', () => {
  let scripts: Scripts;
  beforeAll(() => {
    scripts = compileScripts();
  });
  afterAll(() => scripts?.remove());

  it('10,000 tasks stored by another process are each ready exactly once', () =>
    onRedis(async ({ server, backend }) => {
      const watching = backend();
      const ids = taskIds(10_000);
      const [prefix = ''] = ids[0]?.split('-') ?? [];
      const early = observe(watching.getMany(ids.slice(0, 5000)));
      await right(watching.get('the pool is used too'));
      const storing = scripts.start('storing', server.url(), '10000', prefix);
      await until(() => early.values.length > 0, 20);
      const late = observe(watching.getMany(ids.slice(5000)));
      await Promise.all([early.ended, late.ended]);
      const seen = [...early.values, ...late.values];
      expect(seen).toHaveLength(10_000);
      expect(new Map(seen.map(([id, meta]) => [id, E.isRight(meta) && meta.right.result]))).toEqual(
        new Map(ids.map((id, i) => [id, i])),
      );
      expect(await storing.ended).toMatchObject({ code: 0, lines: ['10000'], errors: '' });
      await until(async () => (await server.channels()).length === 0);
      const clients = await server.clients();
      expect(clients.length - watching.maxConnections).toBeLessThanOrEqual(2);
    }));

  it('while another process stores 1,000, links are killed: none is lost, none comes twice', () =>
    onRedis(async ({ server, backend }) => {
      const watching = backend({ retryPolicy: { intervalMax: 0.1, maxRetries: 200 } });
      const ids = taskIds(1000);
      const seen = observe(watching.getMany(ids));
      await until(async () => (await server.channels()).length === 1000);
      const [prefix = ''] = ids[0]?.split('-') ?? [];
      const storing = scripts.start('storing', server.url(), '1000', prefix);
      const killing = setInterval(() => void server.killClients('pubsub'), 5);
      expect(await storing.ended).toMatchObject({ code: 0, lines: ['1000'] });
      clearInterval(killing);
      await seen.ended;
      expect(seen.values.map(([id]) => id).toSorted()).toEqual(ids.toSorted());
    }));

  it(
    'need 15: 100,000 tasks through one consumer leave the heap as it was',
    () =>
      onRedis(async ({ server }) => {
        const { code, lines, errors } = await scripts.start('throughput', server.url(), '100000')
          .ended;
        expect([code, errors]).toEqual([0, '']);
        const { before, after, results } = JSON.parse(lines[0] ?? '');
        expect(results).toBe(100_000);
        expect(after).toBeLessThan(before * 1.1);
      }),
    60_000,
  );

  it('a script that closes its backend ends by itself', () =>
    onRedis(async ({ server, backend }) => {
      const session = scripts.start('session', server.url());
      expect(await session.line()).toBe('watching');
      await right(backend().storeResult('last', 'done', 'SUCCESS'));
      expect(await session.ended).toMatchObject({ code: 0, errors: '' });
    }));

  it('so does one whose links were killed, and whose server was stopped and started again', () =>
    onRedis(async ({ server, backend }) => {
      const session = scripts.start('session', server.url());
      expect(await session.line()).toBe('watching');
      await Promise.all([server.killClients('pubsub'), server.killClients('normal')]);
      server.pause();
      await new Promise((resolve) => setTimeout(resolve, 2500));
      server.resume();
      await server.restart();
      await right(backend().storeResult('last', 'done', 'SUCCESS'));
      expect(await session.ended).toMatchObject({
        code: 0,
        lines: ['watching', '{"_tag":"Right","right":"done"}'],
        errors: '',
      });
    }));

  it('so does one that closes while its server is silent, or gone', () =>
    onRedis(async ({ server, proxy }) => {
      const through = await proxy();
      const session = scripts.start('session', through.url, 'closing');
      expect(await session.line()).toBe('watching');
      through.silence();
      expect(await session.ended).toMatchObject({ code: 0, errors: '' });
      through.resume();
      const gone = scripts.start('session', server.url(), 'closing');
      expect(await gone.line()).toBe('watching');
      await server.kill9();
      expect(await gone.ended).toMatchObject({ code: 0, errors: '' });
      await server.restart();
    }));
});
