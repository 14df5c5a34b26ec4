/** What becomes of many sends where the broker is killed half way. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { AsyncResult } from '../../src/index.js';
import { chord, group, Producer, signature } from '../../src/producer/index.js';
import { describeRedis } from '../integration/redisServer.js';
import { onRedis, right } from '../integration/scenario.js';
import { idOf, immediateWorker, tenThousand, withBroker } from '../integration/sendingWorld.js';

describeRedis('sending much', () => {
  it('a group of 10,000 is one transaction', () =>
    onRedis(async ({ server, backend: newBackend }) => {
      const backend = newBackend();
      const producer = new Producer({ backend, broker: server.url(0) });
      const worker = immediateWorker(server, newBackend());
      const sent = await right(producer.apply(group(tenThousand.map((i) => signature('t', [i])))));
      expect(await right(sent.join({ timeout: 20 }))).toHaveLength(10_000);
      await worker.stop();
      await right(producer.close());
    }));

  it('is over once the broker is back: killed and started again half way', () =>
    withBroker(
      async ({ broker, backend, producer, log }) => {
        const half = tenThousand.slice(0, 2000);
        const send = (): ReadonlyArray<Promise<AsyncResult>> =>
          half.map((i) => right(producer.sendTask('t', [i])));
        const first = await Promise.all(send());
        const during = send();
        await broker.kill9();
        const after = send();
        await delay(200);
        await broker.restart();
        const again = await Promise.all([...during, ...after]);
        const worker = immediateWorker(broker, backend);
        // what was in the broker's memory went with it
        const some = await Promise.all(
          again.slice(-2000).map((result) => right(result.get({ timeout: 20 }))),
        );
        expect(some).toHaveLength(2000);
        expect(log.join('\n')).toMatch(/Connection to Redis lost: Retry/);
        await worker.stop();
        for (const { id } of [...first, ...again]) backend.resultConsumer.cancelFor(id);
      },
      { maxRetries: 20, intervalMax: 1 },
    ));

  it('is over, for a chord of a thousand that was half way when its broker was killed', () =>
    withBroker(
      async ({ store, broker, backend, producer }) => {
        const header = tenThousand.slice(0, 1000).map((i) => signature('t', [i]));
        broker.pause();
        const sent = right(producer.apply(chord(header, signature('b'))));
        await delay(100);
        await broker.kill9();
        await broker.restart();
        const { id } = await sent;
        const ids = (await broker.admin.lrange('celery', 0, -1)).map(idOf);
        expect(new Set(ids).size).toBe(1000);
        expect(await store.cli('DBSIZE')).toBe('1');
        backend.resultConsumer.cancelFor(id);
      },
      { maxRetries: 20, intervalMax: 1 },
    ));
});
