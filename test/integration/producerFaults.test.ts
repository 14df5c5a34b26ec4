/**
 * What becomes of sends where the broker is away, comes back, refuses or is let go of.
 */
import { setTimeout as delay } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import {
  Aborted,
  type AsyncResult,
  AuthenticationError,
  type RedisBackend,
  RetryLimitExceeded,
} from '../../src/index.js';
import { chord, group, Producer, signature } from '../../src/producer/index.js';
import { expectNoSubscriptions } from './leaks.js';
import { describeRedis, type RedisServer, startRedis } from './redisServer.js';
import { onRedis, right } from './scenario.js';

const idOf = (message: string): string => JSON.parse(message).headers.id;

/** A worker that is done with each task at once; until `stop`. */
const immediateWorker = (server: RedisServer, backend: RedisBackend) => {
  const client = server.admin.duplicate();
  client.on('error', () => {});
  let isStopped = false;
  const served = new Set<string>();
  const serve = async (): Promise<void> => {
    await client.connect().catch(() => undefined);
    while (!isStopped) {
      const messages = await client.rpop('celery', 500).catch(() => null);
      if (!messages) await delay(1);
      for (const id of (messages ?? []).map(idOf)) {
        served.add(id);
        backend.markAsDone(id, `done ${id}`)();
      }
    }
    client.disconnect();
  };
  const running = serve();
  return {
    served,
    stop: async () => {
      isStopped = true;
      await running;
    },
  };
};

/** The server of the results stays, that of the broker is the test's to hurt. */
const withBroker = (
  body: (world: {
    readonly store: RedisServer;
    readonly broker: RedisServer;
    readonly backend: RedisBackend;
    readonly producer: Producer;
    readonly log: ReadonlyArray<string>;
  }) => Promise<void>,
  retryPolicy: { readonly maxRetries: number; readonly intervalMax?: number },
): Promise<void> =>
  onRedis(async ({ server: store, backend: newBackend, log }) => {
    const broker = await startRedis();
    const backend = newBackend({ retryPolicy });
    const producer = new Producer({ backend, broker: broker.url(0) });
    try {
      await body({ store, broker, backend, producer, log });
      await expectNoSubscriptions(store);
    } finally {
      await right(producer.close());
      await broker.stop();
    }
  });

const tenThousand = Array.from({ length: 10_000 }, (_, i) => i);

describeRedis('sending', () => {
  it('10,000 tasks at once to a worker that answers at once: each result arrives', () =>
    onRedis(async ({ server, backend: newBackend }) => {
      const backend = newBackend();
      const producer = new Producer({ backend, broker: server.url(0) });
      const worker = immediateWorker(server, newBackend());
      const results = await Promise.all(tenThousand.map((i) => right(producer.sendTask('t', [i]))));
      const values = await Promise.all(results.map((result) => right(result.get({ timeout: 20 }))));
      expect(values).toEqual(results.map(({ id }) => `done ${id}`));
      await expectNoSubscriptions(server);
      await worker.stop();
      await right(producer.close());
    }));

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

  it('fails where the broker is down, and leaves no stream and no key', () =>
    withBroker(
      async ({ store, broker, producer }) => {
        await broker.kill9();
        const one = await producer.sendTask('t')();
        const many = await producer.apply(
          chord([signature('t'), signature('t')], signature('b')),
        )();
        for (const result of [one, many]) {
          expect(result).toMatchObject(E.left(expect.any(RetryLimitExceeded)));
        }
        await expectNoSubscriptions(store);
        expect(await store.cli('DBSIZE')).toBe('0');
      },
      { maxRetries: 1, intervalMax: 0 },
    ));

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

  it('is refused for good where the credentials are wrong', () =>
    onRedis(async ({ server, backend: newBackend }) => {
      const backend = newBackend();
      const url = server.url(0).replace('://', '://nobody:wrong@');
      const producer = new Producer({ backend, broker: url });
      const refused = await producer.sendTask('t')();
      expect(refused).toMatchObject(E.left(expect.any(AuthenticationError)));
      expect(JSON.stringify(refused)).not.toContain('wrong');
      await expectNoSubscriptions(server);
      await right(producer.close());
    }));

  it('ends by its signal half way, and is out once at the most', () =>
    withBroker(
      async ({ store, broker, producer }) => {
        broker.pause();
        const sent = producer.sendTask('t', [], {}, { signal: AbortSignal.timeout(200) })();
        expect(await sent).toMatchObject(E.left(expect.any(Aborted)));
        await expectNoSubscriptions(store);
        broker.resume();
        await right(producer.sendTask('t', [], {}, { taskId: 'next', ignoreResult: true }));
        const [next, ...before] = (await broker.admin.lrange('celery', 0, -1)).map(idOf);
        expect(next).toBe('next');
        expect(before.length).toBeLessThan(2);
      },
      { maxRetries: 3 },
    ));
});
