/**
 * From just before a worker stores a state to the callback in a page: `npm run bench:page`.
 *
 * The worker is this process, the server another one, the page is in Chromium. Their clocks
 * are the machine's; how far they are apart is found by asking the page for its time, and
 * taking the quickest answer.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RedisBackend } from 'chordis';
import { chromium, type Page } from 'playwright-core';
import { build } from 'rolldown';
import type { Heard } from './page/client.js';
import { startRedisServer } from './redisServer.js';
import { spawnBound } from './remote.js';
import { quantile } from './statistics.js';

const TASKS = 100;
/** In a second. */
const RATES = [10, 100, 1_000];
const WARM_UP = 100;
/** In seconds, for each rate. */
const LASTS = 10;
/** In milliseconds: how often states are stored, as many as are due by then. */
const TICK = 5;

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

const now = (): number => performance.timeOrigin + performance.now();

const script = async (): Promise<string> => {
  const input = fileURLToPath(new URL('../../bench/page/client.ts', import.meta.url));
  const { output } = await build({ input, platform: 'browser', write: false });
  return output[0].code;
};

/** What is to be added to a time of the page's, for one of this process. */
const offsetOf = async (page: Page): Promise<number> => {
  let best = { took: Number.POSITIVE_INFINITY, offset: 0 };
  for (let n = 0; n < 300; n++) {
    const began = now();
    const theirs = Number(await page.evaluate('now()'));
    const took = now() - began;
    if (took < best.took) best = { took, offset: began + took / 2 - theirs };
  }
  return best.offset;
};

let round = 0;

const measured = async (backend: RedisBackend, page: Page, rate: number): Promise<string> => {
  round += 1;
  const ids = Array.from({ length: TASKS }, (_, n) => `page-${round}-${n}`);
  await page.evaluate(`watch(${JSON.stringify(ids)})`);
  await delay(1_000);
  const from = Number(await page.evaluate('heard.length'));
  const sent = new Map<string, number>();
  const began = now();
  for (let n = 1; n <= rate * LASTS; n++) {
    while (now() < began + (1_000 * n) / rate) await delay(TICK);
    const id = ids[n % TASKS] ?? '';
    sent.set(`${id} ${n}`, now());
    void backend.storeResult(id, { n }, 'PROGRESS')();
  }
  await delay(1_000);
  const offset = await offsetOf(page);
  const heard = (await page.evaluate(`heard.slice(${from})`)) as ReadonlyArray<Heard>;
  const delays = heard.map(({ taskId, n, at }) => at + offset - (sent.get(`${taskId} ${n}`) ?? 0));
  await Promise.all(ids.map((id) => backend.markAsDone(id, null)()));
  const [p50, p99] = [0.5, 0.99].map((q) => quantile(delays, q).toFixed(1));
  return `${rate} states a second: p50 ${p50} ms, p99 ${p99} ms (${delays.length} of ${sent.size} heard)`;
};

const redis = await startRedisServer();
const url = `redis://127.0.0.1:${redis.port}/0`;
const server = spawnBound(process.execPath, [
  fileURLToPath(new URL('page/server.js', import.meta.url)),
  url,
]);
if (server.stdout === null) throw new Error('The server has no output');
const [port] = await once(createInterface({ input: server.stdout }), 'line');
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
});
const page = await browser.newPage();
const body = `<!doctype html><script type="module">${await script()}</script>`;
await page.route('**/page', (route) => route.fulfill({ contentType: 'text/html', body }));
await page.goto(`http://127.0.0.1:${port}/page`);
const backend = new RedisBackend({ url });
await measured(backend, page, WARM_UP);
for (const rate of RATES) console.log(await measured(backend, page, rate));
await backend.close()();
await browser.close();
server.kill('SIGKILL');
await redis.stop();
