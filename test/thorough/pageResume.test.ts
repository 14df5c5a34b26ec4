/**
 * The promise from end to end: a worker, a Redis, a server and a browser, of which the server
 * is killed and all connections are cut at random. Each ready state comes once, as the last of
 * its task, and states in order.
 *
 * `CHROMIUM_RUNS=1000 npx vitest run --project thorough test/thorough/pageResume` runs it as
 * often.
 */
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { grants } from '../../src/grants/index.js';
import { operation, type RedisBackend } from '../../src/index.js';
import { isReady } from '../../src/states.js';
import { startProxy, type Proxy as TcpProxy } from '../integration/proxy.js';
import type { RedisServer } from '../integration/redisServer.js';
import { onRedis, right, taskIds } from '../integration/scenario.js';
import { describeChromium } from './chromium.js';
import type { Recording } from './pageRecorder.js';
import { recordingPage, recordings, watch } from './recording.js';
import { SECRET, startWebServer, type WebServer } from './webServer.js';

const RUNS = Number(process.env.CHROMIUM_RUNS ?? 40);

const TASKS = 4;

/** In milliseconds: a page tries again as often, and somewhat more. */
const COME_BACK = 250;

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      store: fc.nat(TASKS - 1),
      kind: fc.constantFrom('next', 'next', 'next', 'success', 'failure'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 100 }) }) },
  { weight: 2, arbitrary: fc.record({ come: fc.constantFrom('one', 'all', 'group') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      fault: fc.constantFrom('kill', 'cut', 'cut', 'cut of Redis'),
      isOver: fc.boolean(),
    }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface World {
  readonly page: Page;
  readonly web: WebServer;
  /** Between the page and the server. */
  readonly proxy: TcpProxy;
  readonly redis: RedisServer;
  readonly worker: RedisBackend;
}

class Run {
  readonly ids = taskIds(TASKS);
  /** What was stored of each task, as JSON. */
  readonly stored = new Map<string, Array<string>>(this.ids.map((id) => [id, []]));
  readonly queries: Array<string> = [];
  private readonly settled = new Set<string>();
  private count = 0;

  constructor(private readonly world: World) {}

  async take(next: Step): Promise<void> {
    if ('store' in next) await this.store(this.ids[next.store] ?? '', next.kind);
    else if ('wait' in next) await delay(next.wait);
    else if ('come' in next) await this.come(next.come);
    else await this.break(next.fault, next.isOver);
  }

  /** All becomes ready, and the page is told. */
  async finish(from: number): Promise<ReadonlyArray<Recording>> {
    for (const id of this.ids) await this.store(id, 'success');
    const own = async () => (await recordings(this.world.page)).slice(from);
    await expect
      .poll(async () => (await own()).map(({ end }) => end), { timeout: 30_000, interval: 20 })
      .toEqual(this.queries.map(() => 'complete'));
    return own();
  }

  async come(who: string): Promise<void> {
    const { worker, page } = this.world;
    const [first = ''] = this.ids;
    const tasks = who === 'one' ? [first] : who === 'all' ? this.ids : [];
    const groups = who === 'group' ? [first] : [];
    if (who === 'group') {
      const members = this.ids.map((id) => worker.asyncResult(id));
      await right(worker.groupResult(first, members).save());
    }
    const { grant } = grants(SECRET);
    const token = await operation.toPromise(grant({ tasks, groups }, { expires: 600 }));
    const query = [...tasks.map((id) => `task=${id}`), ...groups.map((id) => `group=${id}`)];
    this.queries.push(query.join('&'));
    await watch(page, query.join('&'), token);
  }

  private async store(id: string, kind: string): Promise<void> {
    if (this.settled.has(id)) return;
    const { worker } = this.world;
    this.count += 1;
    if (kind === 'next') await right(worker.storeResult(id, { n: this.count }, 'PROGRESS'));
    else if (kind === 'success') await right(worker.markAsDone(id, this.count));
    else await right(worker.markAsFailure(id, new RangeError(`${this.count}`)));
    if (kind !== 'next') this.settled.add(id);
    this.stored.get(id)?.push(JSON.stringify(await right(worker.getTaskMeta(id))));
  }

  /** What comes next comes in the midst of it, or once the page has come back. */
  private async break(fault: string, isOver: boolean): Promise<void> {
    const { web, proxy, redis } = this.world;
    if (fault === 'cut') proxy.cut();
    else if (fault === 'cut of Redis') await redis.killClients('pubsub');
    else {
      await web.kill9();
      const started = web.start();
      if (isOver) await started;
    }
    if (isOver) await delay(COME_BACK);
  }
}

/** PENDING is what is told where nothing is stored yet. */
const placesOf = (run: Run, id: string, { heard }: Recording): ReadonlyArray<number> =>
  heard
    .filter(
      ({ state }) => JSON.parse(state).taskId === id && JSON.parse(state).status !== 'PENDING',
    )
    .map(({ state }) => run.stored.get(id)?.indexOf(state) ?? -1);

describeChromium('in a browser, whatever is stored, cut and killed', () => {
  it(
    `each ready state comes once, as the last of its task, and states in order`,
    {
      timeout: 20_000 + RUNS * 20_000,
    },
    () =>
      onRedis(async ({ server: redis, backend }) => {
        const web = await startWebServer(redis.url());
        const proxy = await startProxy(Number(new URL(web.url).port));
        const page = await recordingPage(`http://127.0.0.1:${proxy.port}`);
        const world = {
          page,
          web,
          proxy,
          redis,
          worker: backend({ retryPolicy: { maxRetries: 100 } }),
        };
        let [before, states] = [0, 0];
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
            const run = new Run(world);
            await run.come('all');
            for (const next of steps) await run.take(next);
            const told = await run.finish(before);
            before += told.length;
            for (const [n, recording] of told.entries()) {
              states += recording.heard.length;
              for (const id of run.ids) {
                const isAsked = id === run.ids[0] || run.queries[n] !== `task=${run.ids[0]}`;
                const places = placesOf(run, id, recording);
                // each was stored, each once, and in order
                expect(places).toEqual([...new Set(places)].toSorted((one, other) => one - other));
                expect(places).not.toContain(-1);
                expect(places.at(-1)).toBe(
                  isAsked ? (run.stored.get(id)?.length ?? 0) - 1 : undefined,
                );
                const ready = recording.heard
                  .map(({ state }) => JSON.parse(state))
                  .filter(({ taskId, status }) => taskId === id && isReady(status));
                expect(ready).toHaveLength(isAsked ? 1 : 0);
              }
            }
          }),
          { numRuns: RUNS, endOnFailure: true },
        );
        console.log(`${states} states in ${before} streams over ${RUNS} runs`);
        await page.context().close();
        await proxy.close();
        await web.kill9();
      }),
  );
});
