/** Deadlines, and what has come in time though nobody has looked; and what nobody told. */
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { describeEachServer, describeRedis } from './redisServer.js';
import { keyOf, metaText, observe, on, onRedis, right, taskIds, timed, until } from './scenario.js';

describeRedis('a process that computes for longer than its deadlines', () => {
  it('takes what has arrived first, and drops no link that lives', () =>
    onRedis(async ({ server, backend, log }) => {
      const one = backend({ socketTimeout: 0.3, healthCheckInterval: 0.3 });
      const [id = ''] = taskIds(1);
      const waited = one.asyncResult(id).get({ timeout: 0.5 })();
      await right(one.onTaskCall(null, id));
      const [meta, key] = [metaText(id, 'SUCCESS', 5), keyOf(id)];
      const script = `redis.call('SET', KEYS[1], ARGV[1]) redis.call('PUBLISH', KEYS[1], ARGV[1])`;
      const args = ['-p', String(server.port), '--user', 'test-admin', '--pass', 'of the tests'];
      spawn('redis-cli', [...args, 'EVAL', script, '1', key, meta], { stdio: 'ignore' }).unref();
      const reading = right(one.getState(id));
      const until = performance.now() + 1500;
      while (performance.now() < until);
      expect(await waited).toEqual({ _tag: 'Right', right: 5 });
      await reading;
      expect(log).toEqual([]);
    }));
});

describeEachServer('a key that becomes ready with nobody telling', (make) => {
  it('is found, delivered once and counted', () =>
    on(make)(async ({ server, backend }) => {
      const one = backend({ healthCheckInterval: 0.1 });
      const [small = '', large = '', told = ''] = taskIds(3);
      const seen = [small, large, told].map((id) => observe(one.resultConsumer.consumeFrom(id)));
      await right(one.onTaskCall(null, told));
      await server.admin.set(keyOf(small), metaText(small, 'SUCCESS', 1));
      await server.admin.set(keyOf(large), metaText(large, 'SUCCESS', 'x'.repeat(200_000)));
      await right(backend().storeResult(told, 3, 'SUCCESS'));
      await Promise.all(seen.map(({ ended }) => ended));
      expect(seen.map(({ values }) => values.length)).toEqual([1, 1, 1]);
      expect(one.resultConsumer.readyWithoutMessage).toBe(2);
    }));

  it('is left alone with an interval of 0', () =>
    on(make)(async ({ server, backend }) => {
      const one = backend({ healthCheckInterval: 0.05, backstopInterval: 0 });
      const [id = ''] = taskIds(1);
      const seen = observe(one.resultConsumer.consumeFrom(id));
      await right(one.onTaskCall(null, id));
      await server.admin.set(keyOf(id), metaText(id, 'SUCCESS', 1));
      await delay(400);
      expect(seen.values).toEqual([]);
      seen.unsubscribe();
    }));
});

describeRedis('a connection that was forgotten on the way', () => {
  it('costs one deadline, not one for each of the pool', () =>
    onRedis(async ({ backend, proxy }) => {
      const through = await proxy();
      const one = backend({ url: through.url, maxConnections: 4, socketTimeout: 0.5 });
      await Promise.all(taskIds(8).map((id) => right(one.getState(id))));
      expect(through.connections()).toBe(4);
      through.forget();
      const took = await timed(() => right(one.getState('a')));
      expect(took).toBeLessThan(1500);
    }));

  it('is made anew by a policy that does not start afresh for each', () =>
    onRedis(async ({ backend, proxy }) => {
      const through = await proxy();
      const one = backend({ url: through.url });
      const seen = observe(one.resultConsumer.consumeFrom('a'));
      const cutting = setInterval(() => through.cut(), 5);
      await delay(2000);
      clearInterval(cutting);
      expect(through.links().length).toBeLessThan(10);
      await until(() => through.connections() > 0);
      seen.unsubscribe();
    }));
});
