/** The page as axe-core judges it: in light and dark, on a phone and a desktop, in each state. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { pythonException, type RedisBackend } from '../../src/index.js';
import { onRedis, right } from '../integration/scenario.js';
import { describeChromium, opened } from './chromium.js';
import { progress, sentBy, startWebServer } from './webServer.js';

interface Violation {
  readonly id: string;
  readonly nodes: ReadonlyArray<{ readonly html: string }>;
}

/** Of 1,000 alike a few will do. */
const REST = '.long .row:nth-child(n + 30), .mosaic i:nth-child(n + 30)';

const violations = async (page: Page): Promise<ReadonlyArray<string>> => {
  // as a debugger does, whom the page's policy leaves alone
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate(`axe.run({ exclude: '${REST}' })`)) as {
    readonly violations: ReadonlyArray<Violation>;
  };
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
};

const DEVICES = {
  phone: { width: 360, height: 740 },
  desktop: { width: 1280, height: 800 },
} as const;

/** One of each state. */
const fill = async (page: Page, worker: RedisBackend): Promise<void> => {
  const failed = await sentBy(page, 'fails');
  const exception = pythonException('ValueError', ['card expired']);
  const traceback = 'Traceback (most recent call last):\n  …';
  await right(worker.markAsFailure(failed.task?.id ?? '', exception, { traceback }));
  const retried = await sentBy(page, 'retries');
  await progress(worker, retried.task?.id ?? '', 35);
  await right(
    worker.markAsRetry(retried.task?.id ?? '', pythonException('TimeoutError', ['busy'])),
  );
  const chord = await sentBy(page, 'chord');
  for (const { id } of chord.members.slice(0, 4)) await right(worker.markAsDone(id, 1));
  await expect.poll(() => page.textContent('[data-total=done] dd')).toBe('4');
  await page.locator('summary').click();
};

describeChromium('axe-core finds nothing', () => {
  for (const [device, viewport] of Object.entries(DEVICES)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      it(`on a ${device}, ${colorScheme}: empty, at work, and with the server away`, () =>
        onRedis(async ({ server, backend }) => {
          const web = await startWebServer(server.url());
          const { page } = await opened({ viewport, colorScheme });
          await page.goto(web.url);
          expect(await violations(page)).toEqual([]);
          await fill(page, backend());
          expect(await violations(page)).toEqual([]);
          const wide =
            'document.documentElement.scrollWidth - document.documentElement.clientWidth';
          expect(await page.evaluate(wide)).toBe(0);
          await web.kill9();
          await expect.poll(() => page.textContent('#connection')).toContain('away');
          expect(await violations(page)).toEqual([]);
          await page.context().close();
        }));
    }
  }
});

describeChromium('axe-core finds nothing', () => {
  it('among 1,000 tasks', () =>
    onRedis(async ({ server, backend }) => {
      const web = await startWebServer(server.url());
      const { page } = await opened({ viewport: DEVICES.phone });
      await page.goto(web.url);
      const worker = backend();
      const { members } = await sentBy(page, 'crowd');
      for (const { id } of members.slice(0, 20)) await progress(worker, id, 50);
      await expect.poll(() => page.textContent('[data-total=working] dd')).toBe('20');
      expect(await violations(page)).toEqual([]);
      await page.context().close();
      await web.kill9();
    }));
});

describeChromium('by keys alone', () => {
  it('a task is sent, its failure opened, and what has ended cleared', () =>
    onRedis(async ({ server, backend }) => {
      const web = await startWebServer(server.url());
      const { page } = await opened({ reducedMotion: 'reduce' });
      await page.goto(web.url);
      const focused = (): Promise<unknown> => page.evaluate('document.activeElement.textContent');
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('Skip to the tasks');
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('A task');
      const answer = page.waitForResponse((response) => response.url().endsWith('/send'));
      await page.keyboard.press('Enter');
      const { task } = await (await answer).json();
      const worker = backend();
      await right(worker.markAsFailure(task.id, pythonException('ValueError', [1])));
      await page.locator('summary').waitFor();
      await page.locator('#sent').focus();
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('Clear what has ended');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      expect(await page.locator('details[open]').count()).toBe(1);
      const ring = 'getComputedStyle(document.activeElement).outlineStyle';
      expect(await page.evaluate(ring)).toBe('solid');
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('.card').count()).toBe(0);
      await page.context().close();
      await web.kill9();
    }));
});
