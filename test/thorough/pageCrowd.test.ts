/** 1,000 tasks on one page, at work at once. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { onRedis } from '../integration/scenario.js';
import { describeChromium, opened } from './chromium.js';
import { traced } from './mainThread.js';
import { progress, sentBy, startWebServer } from './webServer.js';

/** In milliseconds, after a page is loaded: its script is compiled, its fonts are read. */
const WARM_UP = 2_000;

const STATES = 10;

/** From now on, the times of frames and of long tasks, as the page itself sees them. */
const OBSERVE = `
  globalThis.seen = { frames: [], long: [] };
  new PerformanceObserver((list) => seen.long.push(...list.getEntries().map((e) => e.duration)))
    .observe({ type: 'longtask' });
  const frame = (at) => { seen.frames.push(at); requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
`;

interface Seen {
  readonly frames: ReadonlyArray<number>;
  readonly long: ReadonlyArray<number>;
}

const gapsOf = ({ frames }: Seen): ReadonlyArray<number> =>
  frames
    .slice(1)
    .map((at, n) => at - (frames[n] ?? 0))
    .toSorted((one, other) => one - other);

const quantile = (sorted: ReadonlyArray<number>, share: number): number =>
  sorted[Math.floor(sorted.length * share)] ?? Number.NaN;

const totals = (page: Page): Promise<ReadonlyArray<string>> =>
  page.locator('.totals dd').allTextContents();

describeChromium('1,000 tasks on one page', () => {
  it('take no task of 50 ms of its main thread, and leave it its frames', () =>
    onRedis(async ({ server, backend }) => {
      const web = await startWebServer(server.url());
      const worker = backend();
      const { page, problems } = await opened();
      await page.goto(web.url);
      await delay(WARM_UP);
      await page.evaluate(OBSERVE);
      const thread = await traced(page, async () => {
        const { members } = await sentBy(page, 'crowd');
        for (let n = 1; n < STATES; n++) {
          for (let from = 0; from < members.length; from += 100) {
            const some = members.slice(from, from + 100);
            await Promise.all(some.map(({ id }) => progress(worker, id, (100 * n) / STATES)));
            await delay(50);
          }
        }
        expect(members).toHaveLength(1_000);
        await Promise.all(members.map(({ id }) => worker.markAsDone(id, id)()));
        await expect
          .poll(() => totals(page), { timeout: 20_000 })
          .toEqual([...['0', '0', '0', '1000', '0']]);
      });
      const seen = (await page.evaluate('seen')) as Seen;
      const gaps = gapsOf(seen);
      console.log(
        `main thread at work ${Math.round(100 * thread.share)} % of the time, longest task ` +
          `${thread.longest.toFixed(0)} ms of the processor; ${seen.long.length} tasks took over ` +
          `50 ms by the clock; frames: ${seen.frames.length}, every ${quantile(gaps, 0.5).toFixed(1)} ms ` +
          `(p99 ${quantile(gaps, 0.99).toFixed(1)} ms)`,
      );
      expect(await page.locator('.long .row').count()).toBe(1_000);
      expect(thread.long).toBe(0);
      expect(quantile(gaps, 0.5)).toBeLessThan(20);
      expect(problems).toEqual([]);
      await page.context().close();
      await web.kill9();
    }));
});
