import { randomUUID } from 'node:crypto';
import * as Rx from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchTask, watchTasks } from '../../src/browser/index.js';
import { type Handler, taskEvents } from '../../src/http/index.js';
import { RedisBackend } from '../../src/index.js';
import { Reading } from '../http/reading.js';
import { type RedisServer, startRedis } from '../integration/redisServer.js';
import { keyOf, right, until } from '../integration/scenario.js';
import { angular, build, hasFrameworks, shownByReact } from './frameworkProject.js';
import { FRAMEWORKS, type Framework, type Serving, serve } from './frameworkServers.js';

const ids = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, () => randomUUID());

const query = (tasks: ReadonlyArray<string>): string =>
  new URLSearchParams(tasks.map((id): [string, string] => ['task', id])).toString();

const named = (name: string): Framework => {
  const framework = FRAMEWORKS.find((each) => each.name === name);
  if (framework === undefined) throw new Error(`no ${name}`);
  return framework;
};

/** All but the ids, and when to come back. */
const inEssence = (text: string): string =>
  text.replace(/^id: .*\n/gm, '').replace(/^retry: \d+/m, 'retry: n');

describe.skipIf(!hasFrameworks)('the example for', () => {
  let redis: RedisServer;
  let workers: RedisBackend;
  /** What every server is measured by. */
  let handler: Handler;
  beforeAll(async () => {
    redis = await startRedis();
    workers = new RedisBackend({ url: redis.url() });
    handler = taskEvents(workers, { authorize: () => true });
    await build();
  });
  afterAll(async () => {
    await workers?.close()();
    await redis?.stop();
  });

  describe.each(FRAMEWORKS)('$name', (framework) => {
    let serving: Serving;
    beforeAll(async () => {
      serving = await serve(framework, redis.url());
    });
    afterAll(() => serving?.stop());

    const opened = async (tasks: ReadonlyArray<string>, after?: string): Promise<Reading> => {
      const headers: Record<string, string> = after === undefined ? {} : { 'last-event-id': after };
      return new Reading(await fetch(`${serving.url}?${query(tasks)}`, { headers }));
    };

    it('serves the stream that chordis/http tells', async () => {
      const [a = '', b = ''] = ids(2);
      const reading = await opened([a, b]);
      const measure = new Reading(await handler(new Request(`http://x/?${query([a, b])}`)));
      const all = Promise.all([reading.all(), measure.all()]);
      await until(async () => (await redis.numsub(keyOf(b))) === 2);
      const states = async () =>
        [reading, measure].map(({ events }) => events.filter(({ event }) => event === 'state'));
      for (const [n, stored] of [
        workers.storeResult(a, { done: 1 }, 'PROGRESS'),
        workers.markAsFailure(b, new RangeError('<b>too far</b>\n\n')),
        workers.markAsDone(a, 'ümlaut\r\ndata: none'),
      ].entries()) {
        await right<unknown>(stored);
        await until(async () => (await states()).every(({ length }) => length === n + 1));
      }
      const [told] = await all;
      expect(told.map(({ event, data }) => [event, data.taskId, data.status])).toEqual([
        ['state', a, 'PROGRESS'],
        ['state', b, 'FAILURE'],
        ['state', a, 'SUCCESS'],
        ['end', undefined, undefined],
      ]);
      expect(inEssence(reading.text).trimStart()).toBe(inEssence(measure.text));
      expect(reading.response.headers.get('content-type')).toMatch(/^text\/event-stream\b/);
      expect(reading.response.headers.get('cache-control')).toMatch(/no-store.*no-transform/);
    });

    it('goes on from the last id, and says when all was told', async () => {
      const [a = '', b = ''] = ids(2);
      await right(workers.markAsDone(a, 1));
      const first = await opened([a, b]);
      await until(async () => {
        await first.next();
        return first.lastId !== undefined && first.events.some(({ event }) => event === 'state');
      });
      await first.leave();
      const second = await opened([a, b], first.lastId);
      await right(workers.markAsDone(b, 2));
      const told = await second.all();
      expect(told.map(({ event, data }) => [event, data.taskId])).toEqual([
        ['state', b],
        ['end', undefined],
      ]);
      expect((await opened([a, b], second.lastId)).response.status).toBe(204);
    });

    it('lets go of the channel when the reader leaves', async () => {
      const [id = ''] = ids(1);
      const gone = new AbortController();
      const response = await fetch(`${serving.url}?task=${id}`, { signal: gone.signal });
      expect(response.status).toBe(200);
      // a body that nobody reads may not be made
      const read = response.body?.getReader().read();
      await until(async () => (await redis.numsub(keyOf(id))) === 1);
      await read;
      gone.abort();
      await until(async () => (await redis.numsub(keyOf(id))) === 0);
    });

    it('is what a page watches', async () => {
      const [id = ''] = ids(1);
      const states = Rx.lastValueFrom(
        watchTask(`${serving.url}?task=${id}`).pipe(
          Rx.map(({ status }) => status),
          Rx.toArray(),
        ),
      );
      await until(async () => (await redis.numsub(keyOf(id))) === 1);
      await right(workers.markAsDone(id, 1));
      expect(await states).toEqual(['SUCCESS']);
    });

    if (framework.isGetAlone) return;
    it('takes more tasks than a URL has room for', async () => {
      const tasks = ids(500);
      await Promise.all(tasks.map((id) => right(workers.markAsDone(id, id))));
      const states = await Rx.lastValueFrom(
        watchTasks(`${serving.url}?${query(tasks)}`).pipe(Rx.toArray()),
      );
      expect(states.map(({ taskId }) => taskId).toSorted()).toEqual(tasks.toSorted());
    });
  });

  describe.each(FRAMEWORKS.filter(({ name }) => name.startsWith('Nest')))('$name', (nest) => {
    it('ends its streams when it is told to end, and leaves nothing on the server', async () => {
      const serving = await serve(nest, redis.url());
      const [id = ''] = ids(1);
      const reading = new Reading(await fetch(`${serving.url}?task=${id}`));
      const all = reading.all();
      await until(async () => (await redis.numsub(keyOf(id))) === 1);
      expect(await serving.stop()).toBe(true);
      expect((await all).map(({ event }) => event)).not.toContain('end');
      await until(async () => (await redis.numsub(keyOf(id))) === 0);
    });
  });

  it('Bun holds a stream that is silent for longer than its own time-out', async () => {
    const serving = await serve(named('Bun'), redis.url());
    const [id = ''] = ids(1);
    const reading = new Reading(await fetch(`${serving.url}?task=${id}`));
    const all = reading.all();
    await until(async () => (await redis.numsub(keyOf(id))) === 1);
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    await right(workers.markAsDone(id, 1));
    expect((await all).at(-1)?.event).toBe('end');
    await serving.stop();
  });

  it('Next.js renders a page with hooks on the server, from components of either kind', async () => {
    const serving = await serve(named('Next.js'), redis.url());
    const page = await fetch(new URL('/', serving.url));
    expect(await page.text()).toContain('<p>following</p>');
    await serving.stop();
  });

  describe('a page:', () => {
    let serving: Serving;
    beforeAll(async () => {
      serving = await serve(named('Express'), redis.url());
    });
    afterAll(() => serving?.stop());

    it('Angular gives a service whose stream is the typed states of the task', async () => {
      const [id = ''] = ids(1);
      await right(workers.markAsDone(id, 'thumbnail.png'));
      expect(await angular(serving.url, id)).toBe('SUCCESS thumbnail.png\n');
    });

    it.each([
      ['18.3.1', 'react-18'],
      ['19.3.1', '.'],
    ])('React %s shows the task', async (version, folder) => {
      const [id = ''] = ids(1);
      await right(workers.markAsDone(id, 'thumbnail.png'));
      const shown = await shownByReact(folder, serving.url, id);
      expect(shown).toBe(`${version} ready SUCCESS thumbnail.png\n`);
    });
  });
});
