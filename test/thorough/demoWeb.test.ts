/** `npm run demo:web` as it is: its own Redis and workers, Celery's, and without any Redis. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeCelery, interpreter } from '../integration/celery.js';
import { end, spawnBound } from '../integration/childProcess.js';
import { ROOT } from '../package/project.js';
import { describeChromium, type Opened, opened } from './chromium.js';
import { sentBy } from './webServer.js';

interface Demo extends Opened {
  readonly printed: string;
  /** Where it keeps what it keeps. */
  readonly folder: string;
}

const ADDRESS = /http:\/\/localhost:\d+\//;

const addressOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      if (ADDRESS.test(text)) resolve(text);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The demo ended with ${code}: ${text}`)));
  });

const onDemo = async (
  body: (demo: Demo) => Promise<void>,
  args: ReadonlyArray<string> = [],
  /** As `env` takes it. */
  env: ReadonlyArray<string> = [],
): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'chordis-demo-web-'));
  const child = spawnBound(
    'env',
    [
      ...['-u', 'REDIS_URL', `TMPDIR=${folder}`, ...env, process.execPath],
      ...[join(ROOT, 'build/examples/web.js'), '--port', '0', ...args],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const printed = await addressOf(child);
    const { page, problems } = await opened();
    await page.goto(ADDRESS.exec(printed)?.[0] ?? '');
    await body({ page, problems, printed, folder });
    expect(problems).toEqual([]);
    await page.context().close();
    await end(child, 'SIGTERM', 5_000);
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    await end(child, 'SIGKILL', 5_000);
    rmSync(folder, { recursive: true, force: true });
  }
};

const totals = ({ page }: Demo) => page.locator('.totals dd').allTextContents();

const settled = (demo: Demo, done: number, failed: number): Promise<void> =>
  expect
    .poll(() => totals(demo), { timeout: 60_000 })
    .toEqual(['0', '0', '0', `${done}`, `${failed}`]);

describeChromium('npm run demo:web', () => {
  it('kills its server and its Redis at a button, and nothing of its tasks is lost', () =>
    onDemo(async (demo) => {
      const { page, printed } = demo;
      expect(printed).toContain(
        'done by workers in TypeScript, and kept in a redis-server of its own',
      );
      for (const kind of ['work', 'retries', 'fails', 'chord', 'brokenChord'] as const) {
        await sentBy(page, kind);
      }
      await page.getByRole('button', { name: 'Kill the server' }).click();
      await expect.poll(() => page.textContent('#connection')).toContain('away');
      await expect.poll(() => page.textContent('#connection'), { timeout: 20_000 }).toBe('Live');
      await page.getByRole('button', { name: 'Kill Redis' }).click();
      await settled(demo, 1 + 1 + 13 + 11, 1 + 2);
      const log = await page.textContent('#log');
      expect(log).toContain('The server was killed.');
      expect(log).toMatch(/The server is back after \d/);
      expect(await page.locator('summary').allTextContents()).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^ChordError\(.*page 7 is torn/),
          "ValueError('card expired')",
        ]),
      );
    }));

  it('works in memory where there is no Redis', () =>
    onDemo(
      async (demo) => {
        const { page, printed } = demo;
        expect(printed).toContain('kept in memory, since no redis-server was found');
        expect(await page.locator('[data-restart]:visible').count()).toBe(0);
        for (const kind of ['chord', 'retries'] as const) await sentBy(page, kind);
        await settled(demo, 13 + 1, 0);
      },
      [],
      ['PATH='],
    ));
});

describeCelery('npm run demo:web -- --celery', () => {
  describeChromium('beside a Celery worker', () => {
    it('has its tasks done in Python', () =>
      onDemo(
        async (demo) => {
          const { page, printed } = demo;
          expect(printed).toContain('done by a Celery worker');
          for (const kind of ['work', 'retries', 'fails', 'chord', 'brokenChord'] as const) {
            await sentBy(page, kind);
          }
          await settled(demo, 1 + 1 + 13 + 11, 1 + 2);
          const failure = page.locator('details', { hasText: 'card expired' });
          await failure.locator('summary').click();
          expect(await failure.locator('summary').textContent()).toBe(
            "ValueError('card expired', {'code': 402})",
          );
          expect(await failure.locator('pre').textContent()).toMatch(
            /Traceback \(most recent call last\):[\s\S]*in charge/,
          );
        },
        ['--celery'],
        [`CELERY_PYTHON=${interpreter('5.7.0')}`],
      ));
  });
});
