/**
 * The page of `npm run demo:web` in a real browser, beside a real server and a real Redis,
 * which are killed. The test is the worker: it stores the states.
 */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Sent } from '../../examples/web/protocol.js';
import { pythonException, type RedisBackend } from '../../src/index.js';
import type { RedisServer } from '../integration/redisServer.js';
import { onRedis, right, until } from '../integration/scenario.js';
import { describeChromium, type Opened, opened, tabBeside } from './chromium.js';
import { progress, sentBy, startWebServer, type WebServer } from './webServer.js';

// -------------------------------------------------------------------------------------
// a page at work
// -------------------------------------------------------------------------------------

interface Working extends Opened {
  readonly worker: RedisBackend;
  readonly web: WebServer;
  readonly redis: RedisServer;
}

const PATIENCE = { retryPolicy: { maxRetries: 200, intervalStep: 0.1, intervalMax: 0.1 } };

const onPage = (body: (working: Working) => Promise<void>): Promise<void> =>
  onRedis(
    async ({ server: redis, backend }) => {
      const web = await startWebServer(redis.url());
      try {
        const { page, problems } = await opened();
        await page.goto(web.url);
        await body({ page, problems, web, redis, worker: backend(PATIENCE) });
        expect(problems).toEqual([]);
        await page.context().close();
      } finally {
        await web.kill9();
      }
    },
    { persistent: true },
  );

/** The line of a task. */
const row = (page: Page, { task }: Sent) =>
  page.locator('.row', { has: page.getByText(task?.name ?? '', { exact: true }) }).first();

const texts = (page: Page, selector: string): Promise<ReadonlyArray<string>> =>
  page.locator(selector).allTextContents();

const idOf = ({ task }: Sent): string => task?.id ?? '';

const shows = (page: Page, sent: Sent, text: string): Promise<void> =>
  expect.poll(() => row(page, sent).textContent(), { timeout: 15_000 }).toContain(text);

const isAway = (page: Page): Promise<void> =>
  expect.poll(() => page.textContent('#connection')).toContain('away');

describeChromium('the page', () => {
  it('shows a task from its start to its end, a retry and a group too', () =>
    onPage(async ({ page, worker }) => {
      expect(await page.textContent('#empty')).toContain('Nothing was sent yet');
      const sent = await sentBy(page, 'work');
      await shows(page, sent, 'Waiting');
      await progress(worker, idOf(sent), 42);
      await shows(page, sent, '42 %');
      const busy = pythonException('TimeoutError', ['busy']);
      await right(worker.markAsRetry(idOf(sent), busy));
      await shows(page, sent, "RetryingTimeoutError('busy')");
      expect(await row(page, sent).getByRole('progressbar').getAttribute('aria-valuenow')).toBe(
        '42',
      );
      await right(worker.markAsDone(idOf(sent), { photos: 7 }));
      await shows(page, sent, 'Done{"photos":7}');
      const chord = await sentBy(page, 'chord');
      for (const { id } of chord.members.slice(0, 3)) await right(worker.markAsDone(id, 1));
      const [, torn] = chord.members.slice(2);
      await right(worker.markAsFailure(torn?.id ?? '', pythonException('OSError', ['torn'])));
      await expect.poll(() => texts(page, '.group .state')).toEqual(['4 of 12, 1 failed']);
      await expect.poll(() => texts(page, '.totals dd')).toEqual(['9', '0', '0', '4', '1']);
    }));

  it('shows a failure with its Python type and traceback, and markup as text', () =>
    onPage(async ({ page, worker }) => {
      const markup =
        '<img src=x onerror="document.title=1"></script><script>document.title=1</script>';
      const [done, failed] = [await sentBy(page, 'work'), await sentBy(page, 'fails')];
      const ids = [idOf(done), idOf(failed)] as const;
      await right(worker.storeResult(ids[0], { current: markup, total: markup }, 'PROGRESS'));
      await right(worker.markAsDone(ids[0], markup));
      await right(
        worker.markAsFailure(ids[1], pythonException('ValueError', [markup]), {
          traceback: `Traceback (most recent call last):\n  ${markup}`,
        }),
      );
      await shows(page, done, markup.replaceAll('"', '\\"'));
      await shows(page, failed, 'Failed');
      await row(page, failed).locator('summary').click();
      expect(await row(page, failed).locator('summary').textContent()).toContain(
        "ValueError('<img",
      );
      expect(await row(page, failed).locator('pre').textContent()).toContain(`last):\n  ${markup}`);
      expect(await page.locator('main img, main script').count()).toBe(0);
      expect(await page.title()).toBe('chordis: tasks at work');
    }));

  it('goes on where its server is killed and started again, and shows what it missed', () =>
    onPage(async ({ page, worker, web }) => {
      const [one, other] = [await sentBy(page, 'work'), await sentBy(page, 'retries')];
      await progress(worker, idOf(one), 20);
      await progress(worker, idOf(other), 30);
      await shows(page, one, '20 %');
      await shows(page, other, '30 %');
      await web.kill9();
      await isAway(page);
      await progress(worker, idOf(one), 60);
      await right(worker.markAsDone(idOf(other), 'over'));
      await web.start();
      await shows(page, one, '60 %went from 20 to 60 % while the server was away');
      await shows(page, other, 'Done"over"ended while the server was away');
      await expect
        .poll(() => page.textContent('#log'))
        .toMatch(/back after \d+\.\d s: 2 tasks went on, and 1 of them ended/);
      expect(await page.textContent('#connection')).toBe('Live');
      await right(worker.markAsDone(idOf(one), 1));
      await shows(page, one, 'Done');
      expect(await page.textContent('#connection')).toBe('Nothing to watch');
    }));

  it('goes on where Redis is killed and started again', () =>
    onPage(async ({ page, worker, redis }) => {
      const sent = await sentBy(page, 'work');
      await progress(worker, idOf(sent), 20);
      await shows(page, sent, '20 %');
      await redis.kill9();
      await redis.restart({ keep: true });
      await progress(worker, idOf(sent), 70);
      await shows(page, sent, '70 %');
      await right(worker.markAsDone(idOf(sent), 'kept'));
      await shows(page, sent, 'Done"kept"');
    }));

  it('comes back with what it watched where it is loaded anew in the midst', () =>
    onPage(async ({ page, worker }) => {
      const [sent, chord] = [await sentBy(page, 'work'), await sentBy(page, 'chord')];
      await progress(worker, idOf(sent), 20);
      await shows(page, sent, '20 %');
      await page.reload();
      await shows(page, sent, '20 %');
      for (const { id } of chord.members) await right(worker.markAsDone(id, 1));
      await expect.poll(() => texts(page, '.group .state')).toEqual(['12 of 12']);
      await right(worker.markAsDone(idOf(sent), 1));
      await right(worker.markAsDone(idOf(chord), 1));
      await shows(page, sent, 'Done');
      await page.reload();
      await shows(page, sent, 'Done');
      await page.click('#forget');
      await page.reload();
      expect(await page.locator('.card').count()).toBe(0);
    }));

  it('lets go of what the server tells it nothing of, and of nothing else', () =>
    onPage(async ({ page, worker }) => {
      const [sent, other] = [await sentBy(page, 'work'), await sentBy(page, 'retries')];
      const granted = { ...sent.granted, tasks: [idOf(other)] };
      const forged = JSON.stringify({ sent: { ...other, granted }, at: 1 });
      const key = `chordis-sent-${other.id}`;
      await page.evaluate(`localStorage.setItem('${key}', ${JSON.stringify(forged)})`);
      await page.reload();
      await expect.poll(() => page.locator('.card').count()).toBe(1);
      await right(worker.markAsDone(idOf(sent), 1));
      await shows(page, sent, 'Done');
    }));

  it('shows the same in two tabs, each over a link of its own, and leaves no channel behind', () =>
    onPage(async ({ page, worker, redis }) => {
      const { page: tab, problems } = await tabBeside(page);
      await tab.goto(page.url());
      const [mine, yours] = [await sentBy(page, 'work'), await sentBy(tab, 'retries')];
      await progress(worker, idOf(mine), 20);
      await progress(worker, idOf(yours), 30);
      for (const each of [page, tab]) {
        await shows(each, mine, '20 %');
        await shows(each, yours, '30 %');
      }
      await right(worker.markAsDone(idOf(mine), 1));
      await right(worker.markAsDone(idOf(yours), 1));
      for (const each of [page, tab]) await shows(each, yours, 'Done');
      await until(async () => (await redis.channels()).length === 0);
      await page.click('#forget');
      await expect.poll(() => tab.locator('.card').count()).toBe(0);
      expect(problems).toEqual([]);
    }));

  it('is told nothing without a token, and of nothing else with one', () =>
    onPage(async ({ page, web }) => {
      const [sent, other] = [await sentBy(page, 'work'), await sentBy(page, 'work')];
      const asked = (id: string, headers: Record<string, string>) =>
        page.request.get(`${web.url}/tasks?task=${id}`, { headers, timeout: 5_000 });
      const authorization = `Bearer ${sent.granted.token}`;
      const accept = 'application/json';
      expect((await asked(idOf(sent), { accept })).status()).toBe(403);
      expect((await asked(idOf(sent), { accept, authorization })).status()).toBe(200);
      expect((await asked(idOf(other), { accept, authorization })).status()).toBe(403);
    }));

  it('is the only one that can have the server do anything', () =>
    onPage(async ({ page, web }) => {
      const data = '{"kind":"work"}';
      const own = { 'content-type': 'application/json', origin: web.url };
      const post = async (headers: Record<string, string>): Promise<number> =>
        (await page.request.post(`${web.url}/send`, { data, headers })).status();
      expect(await post(own)).toBe(201);
      expect(await post({ ...own, origin: 'http://evil.example' })).toBe(403);
      expect(await post({ ...own, origin: 'null' })).toBe(403);
      expect(await post({ ...own, 'sec-fetch-site': 'cross-site' })).toBe(403);
      expect(await post({ ...own, 'content-type': 'text/plain' })).toBe(415);
      expect((await page.request.get(`${web.url}/send`)).status()).toBe(405);
      expect(
        (await page.request.get(web.url, { headers: { host: 'evil.example' } })).status(),
      ).toBe(421);
      const { page: evil } = await tabBeside(page);
      await evil.route('http://evil.example/', (route) =>
        route.fulfill({
          contentType: 'text/html',
          body: `<form action="${web.url}/send" method=post enctype=text/plain><input name='{"kind":"work","' value='":1}'></form><script>document.forms[0].submit()</script>`,
        }),
      );
      const forged = evil.waitForResponse((response) => response.url().endsWith('/send'));
      await evil.goto('http://evil.example/').catch(() => undefined);
      expect((await forged).status()).toBe(415);
    }));
});
