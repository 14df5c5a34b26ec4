/**
 * While 1,000 tasks are watched and stored, something breaks. None is lost: each watcher
 * gets the ready meta, and each store is told to have succeeded. None comes twice.
 */
import { setTimeout as delay } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import type { RedisBackend, RedisBackendOptions } from '../../src/index.js';
import { describeRedis } from './redisServer.js';
import { observe, onRedis, type Scenario, taskIds, until } from './scenario.js';

const COUNT = 1000;

/** Patient enough for each fault here, and quick to notice it. */
const PATIENT: RedisBackendOptions = {
  socketTimeout: 2,
  socketConnectTimeout: 1,
  healthCheckInterval: 1,
  retryPolicy: { maxRetries: 200, intervalMax: 0.1, intervalStep: 0.1 },
};

interface Exchange {
  readonly watching: RedisBackend;
  readonly storing: RedisBackend;
  /** What happens when half of the tasks are on their way. */
  readonly breakIt: () => Promise<void>;
}

const expectNoneLostNoneTwice = async (
  { server }: Scenario,
  { watching, storing, breakIt }: Exchange,
): Promise<void> => {
  const ids = taskIds(COUNT);
  const seen = ids.map((id) => observe(watching.asyncResult(id).meta$));
  await until(async () => (await server.channels()).length === COUNT);
  const stored: Array<Promise<E.Either<unknown, unknown>>> = [];
  let broken: Promise<void> = Promise.resolve();
  for (const [i, id] of ids.entries()) {
    if (i === COUNT / 2) broken = breakIt();
    stored.push(storing.storeResult(id, i, 'SUCCESS')());
    // Spread over some 100 ms, so that the fault comes between them.
    if (i % 10 === 0) await delay(1);
  }
  await broken;
  expect((await Promise.all(stored)).filter(E.isLeft)).toEqual([]);
  await Promise.all(seen.map(({ ended }) => ended));
  expect(seen.map(({ values }) => values.map(({ status, result }) => [status, result]))).toEqual(
    ids.map((_, i) => [['SUCCESS', i]]),
  );
  await until(async () => (await server.channels()).length === 0);
};

describeRedis.concurrent(
  'of 1,000 tasks watched and stored none is lost and none comes twice',
  () => {
    it('while all clients are killed, over and over', () =>
      onRedis(async (scenario) => {
        const { server, backend } = scenario;
        await expectNoneLostNoneTwice(scenario, {
          watching: backend(PATIENT),
          storing: backend(PATIENT),
          breakIt: async () => {
            for (let i = 0; i < 10; i += 1) {
              await Promise.all([server.killClients('pubsub'), server.killClients('normal')]);
              await delay(20);
            }
          },
        });
      }));

    it('while the server is killed with -9 and started again with what it wrote to disk', () =>
      onRedis(
        async (scenario) => {
          const { server, backend } = scenario;
          await expectNoneLostNoneTwice(scenario, {
            watching: backend(PATIENT),
            storing: backend(PATIENT),
            breakIt: async () => {
              await server.kill9();
              await delay(500);
              await server.restart({ keep: true });
            },
          });
        },
        { persistent: true },
      ));

    it('while the server is killed with -9 and comes back empty, if they are stored after that', () =>
      onRedis(async (scenario) => {
        const { server, backend } = scenario;
        const [watching, storing] = [backend(PATIENT), backend(PATIENT)];
        const ids = taskIds(COUNT);
        const seen = ids.map((id) => observe(watching.asyncResult(id).meta$));
        await until(async () => (await server.channels()).length === COUNT);
        await server.kill9();
        const stored = ids.map((id, i) => storing.storeResult(id, i, 'SUCCESS')());
        await delay(500);
        await server.restart();
        expect((await Promise.all(stored)).filter(E.isLeft)).toEqual([]);
        await Promise.all(seen.map(({ ended }) => ended));
        expect(seen.map(({ values }) => values.map(({ result }) => result))).toEqual(
          ids.map((_, i) => [i]),
        );
      }));

    it('while the server is stopped for 10 s', () =>
      onRedis(async (scenario) => {
        const { server, backend } = scenario;
        await expectNoneLostNoneTwice(scenario, {
          watching: backend(PATIENT),
          storing: backend(PATIENT),
          breakIt: async () => {
            server.pause();
            await delay(10_000);
            server.resume();
          },
        });
      }));

    it('while the server is stopped for 10 s, with every option at its default', () =>
      onRedis(async (scenario) => {
        const { server, backend } = scenario;
        await expectNoneLostNoneTwice(scenario, {
          watching: backend(),
          storing: backend(),
          breakIt: async () => {
            server.pause();
            await delay(10_000);
            server.resume();
          },
        });
      }));

    it.each(['watching', 'storing'] as const)('while a proxy on the %s side goes silent', (side) =>
      onRedis(async (scenario) => {
        const { backend, proxy } = scenario;
        const through = await proxy();
        const [direct, proxied] = [backend(PATIENT), backend({ ...PATIENT, url: through.url })];
        await expectNoneLostNoneTwice(scenario, {
          watching: side === 'watching' ? proxied : direct,
          storing: side === 'storing' ? proxied : direct,
          breakIt: async () => {
            through.silence();
            await delay(4000);
            through.resume();
          },
        });
      }),
    );

    it('while a proxy cuts every link, over and over', () =>
      onRedis(async (scenario) => {
        const { backend, proxy } = scenario;
        const through = await proxy();
        await expectNoneLostNoneTwice(scenario, {
          watching: backend({ ...PATIENT, url: through.url }),
          storing: backend({ ...PATIENT, url: through.url }),
          breakIt: async () => {
            for (let i = 0; i < 10; i += 1) {
              through.cut();
              await delay(20);
            }
          },
        });
      }));
  },
);
