import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { lastValueFrom, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { watchTask, watchTasks } from '../../src/browser/index.js';
import { nodeListener, type TaskEventsOptions, taskEvents } from '../../src/http/index.js';
import type { RedisBackend } from '../../src/index.js';
import { Reading } from '../http/reading.js';
import { describeRedis } from './redisServer.js';
import { keyOf, onRedis, right, taskIds, until } from './scenario.js';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

// -------------------------------------------------------------------------------------
// servers
// -------------------------------------------------------------------------------------

interface Serving {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const serving = async (
  backend: RedisBackend,
  { port = 0, ...options }: Partial<TaskEventsOptions> & { readonly port?: number } = {},
): Promise<Serving> => {
  const listener = nodeListener(taskEvents(backend, { authorize: () => true, ...options }));
  const server = createServer(listener).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tasks`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const query = (ids: ReadonlyArray<string>): string => ids.map((id) => `task=${id}`).join('&');

describeRedis('over HTTP,', () => {
  it('1,000 streams that are aborted leave no channel subscribed to', () =>
    onRedis(async ({ server, backend }) => {
      const { url, stop } = await serving(backend());
      const ids = taskIds(100);
      const readers = await Promise.all(
        Array.from({ length: 1000 }, async (_, n) => {
          const reader = new AbortController();
          const each = query([ids[n % 100] ?? '', ids[(n * 7) % 100] ?? '']);
          const response = await fetch(`${url}?${each}`, { signal: reader.signal });
          expect(response.status).toBe(200);
          return reader;
        }),
      );
      await until(async () => (await server.channels()).length === 100);
      const subscribed = (await server.clients()).filter(({ sub }) => sub > 0);
      expect(subscribed).toHaveLength(1);
      for (const reader of readers) reader.abort();
      await until(async () => (await server.channels()).length === 0);
      expect(await server.numsub(keyOf(ids[0] ?? ''))).toBe(0);
      await stop();
    }));

  it('a reader of 1 KB a second costs no memory while 100 states of 1 MB pass, and gets the ready one', () =>
    onRedis(async ({ backend }) => {
      const workers = backend();
      const { url, stop } = await serving(backend());
      const [id = ''] = taskIds(1);
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(`GET /tasks?task=${id} HTTP/1.1\r\nHost: x\r\n\r\n`);
      let text = '';
      const read = (bytes?: number): void => {
        text += socket.read(bytes) ?? '';
      };
      const slowly = setInterval(() => read(1024), 1000);
      const filler = 'x'.repeat(1024 * 1024);
      await right(workers.storeResult(id, filler, 'PROGRESS'));
      await until(() => socket.readableLength > 0);
      const used = (): number => {
        collect();
        const { heapUsed, external } = process.memoryUsage();
        return (heapUsed + external) / 1024 / 1024;
      };
      let most = 0;
      const before = used();
      for (let n = 0; n < 100; n++) {
        await right(workers.storeResult(id, `${n}${filler}`, 'PROGRESS'));
        if (n % 10 === 9) most = Math.max(most, used() - before);
      }
      await right(workers.markAsDone(id, 'at last'));
      // some of them are on their way, from Redis and to the reader: more where all is slow
      expect(most).toBeLessThan(50);
      clearInterval(slowly);
      await until(() => {
        read();
        return text.includes('event: end');
      });
      expect(text).toContain('"result":"at last"');
      expect(text.match(/^event: state$/gm)?.length).toBeLessThan(20);
      socket.destroy();
      await stop();
    }));

  it('a page goes on where the server is stopped and started again, and Redis too', () =>
    onRedis(async ({ server: redis, backend }) => {
      const options = { retryPolicy: { intervalMax: 0.1, maxRetries: 200 } };
      const workers = backend(options);
      const first = backend(options);
      const serving1 = await serving(first);
      const port = Number(new URL(serving1.url).port);
      const ids = taskIds(20);
      const random = () => 0.05;
      const states = lastValueFrom(
        watchTasks(`${serving1.url}?${query(ids)}`, undefined, { random }).pipe(toArray()),
      );
      await until(async () => (await redis.channels()).length === 20);
      for (const id of ids.slice(0, 5)) await right(workers.markAsDone(id, id));
      await serving1.stop();
      await right(first.close());
      for (const id of ids.slice(5, 10)) await right(workers.markAsDone(id, id));
      const serving2 = await serving(backend(options), { port });
      await until(async () => (await redis.channels()).length === 10);
      await redis.restart({ keep: true });
      for (const id of ids.slice(10)) await right(workers.markAsDone(id, id));
      const told = await states;
      expect(told.map(({ taskId }) => taskId).toSorted()).toEqual([...ids].toSorted());
      expect(told.map(({ result }) => result)).toEqual(told.map(({ taskId }) => taskId));
      await serving2.stop();
    }));

  it('many streams of many tasks take one link to Redis, and each gets every result once', () =>
    onRedis(async ({ server, backend }) => {
      const workers = backend();
      const { url, stop } = await serving(backend());
      const ids = taskIds(200);
      const readings = await Promise.all(
        Array.from({ length: 100 }, async () => {
          const body = new URLSearchParams(ids.map((id): [string, string] => ['task', id]));
          return new Reading(await fetch(url, { method: 'POST', body }));
        }),
      );
      const all = Promise.all(readings.map((reading) => reading.all()));
      await until(async () => (await server.channels()).length === 200);
      expect((await server.clients()).filter(({ sub }) => sub > 0)).toHaveLength(1);
      await Promise.all(ids.map((id) => right(workers.markAsDone(id, id))));
      for (const events of await all) {
        const told = events.flatMap(({ event, data }) => (event === 'state' ? [data.taskId] : []));
        expect(told.toSorted()).toEqual([...ids].toSorted());
        expect(events.at(-1)?.event).toBe('end');
      }
      await stop();
    }));

  it('a failure of Python reaches a page with its type and traceback', () =>
    onRedis(async ({ backend }) => {
      const workers = backend();
      const { url, stop } = await serving(backend());
      const [id = ''] = taskIds(1);
      await right(
        workers.markAsFailure(id, new RangeError('too far'), { traceback: 'Traceback …' }),
      );
      const state = await lastValueFrom(watchTask(`${url}?task=${id}`));
      expect(state).toMatchObject({
        status: 'FAILURE',
        traceback: 'Traceback …',
        result: { excType: 'ValueError', args: ['too far'] },
      });
      await stop();
    }));
});
