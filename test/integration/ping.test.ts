import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { describeRedis } from './redisServer.js';
import { left, onRedis, right, timed } from './scenario.js';

const QUICK = { socketTimeout: 0.3, socketConnectTimeout: 0.3 };

describeRedis('ping', () => {
  it('tells at once whether the server answers, and why not', () =>
    onRedis(async ({ server, backend, log }) => {
      const one = backend();
      await right(one.ping());
      await server.kill9();
      const took = await timed(async () => {
        expect(await left(one.ping())).toMatchObject({
          _tag: 'ConnectionError',
          message: expect.stringContaining('ECONNREFUSED'),
        });
      });
      expect(took).toBeLessThan(500);
      await server.restart();
      await right(one.ping());
      expect(log).toEqual([]);
    }));

  it('is answered though its link was killed meanwhile', () =>
    onRedis(async ({ server, backend }) => {
      const one = backend();
      for (let round = 0; round < 20; round += 1) {
        await right(one.ping());
        const killed = server.killClients('normal');
        const asked = one.ping()();
        await killed;
        expect(await asked).toEqual(E.right(undefined));
      }
    }));

  it('ends at its deadlines where the server is silent, or sooner by its signal', () =>
    onRedis(async ({ backend, proxy }) => {
      const through = await proxy();
      const one = backend({ url: through.url, ...QUICK });
      await right(one.ping());
      through.silence();
      const byDeadline = await timed(async () => {
        expect(await left(one.ping())).toMatchObject({ _tag: 'CommandTimeout' });
        expect(await left(one.ping())).toMatchObject({ _tag: 'ConnectionError' });
      });
      expect(byDeadline).toBeLessThan(1500);
      const bySignal = await timed(async () => {
        const signal = AbortSignal.timeout(50);
        expect(await left(one.ping({ signal }))).toMatchObject({ _tag: 'Aborted' });
      });
      expect(bySignal).toBeLessThan(250);
      through.resume();
    }));
});
