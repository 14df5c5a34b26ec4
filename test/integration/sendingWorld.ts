/** A producer whose broker is a server of its own, and a worker that answers at once. */
import { setTimeout as delay } from 'node:timers/promises';
import type { RedisBackend } from '../../src/index.js';
import { Producer } from '../../src/producer/index.js';
import { expectNoSubscriptions } from './leaks.js';
import { type RedisServer, startRedis } from './redisServer.js';
import { onRedis, right } from './scenario.js';

export const idOf = (message: string): string => JSON.parse(message).headers.id;

/** A worker that is done with each task at once; until `stop`. */
export const immediateWorker = (server: RedisServer, backend: RedisBackend) => {
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
export const withBroker = (
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

export const tenThousand = Array.from({ length: 10_000 }, (_, i) => i);
