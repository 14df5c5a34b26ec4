/** A real browser: one process for a test file, and a profile of its own for each context. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { redisAvailable } from '../integration/serverMakes.js';

const CHROMIUM = '/usr/bin/chromium';

const isThere = existsSync(CHROMIUM);
if (!isThere && process.env.CI === 'true') {
  throw new Error(`No ${CHROMIUM}, and CI=true allows no test to be left out`);
}

/** `describe`; where there is no Chromium or no Redis, its tests are skipped by name. */
export const describeChromium: typeof describe | typeof describe.skip =
  isThere && redisAvailable ? describe : describe.skip;

const ARGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

let browser: Browser;
beforeAll(async () => {
  if (isThere) browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
});
afterAll(() => browser?.close());

/** In a profile of its own: what a page throws fails the test that looks at `problems`. */
export interface Opened {
  readonly page: Page;
  readonly problems: ReadonlyArray<string>;
}

export const opened = async (options: BrowserContextOptions = {}): Promise<Opened> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  return { page, problems: problemsOf(page) };
};

/** A tab beside one. */
export const tabBeside = async (page: Page): Promise<Opened> => {
  const tab = await page.context().newPage();
  return { page: tab, problems: problemsOf(tab) };
};

const problemsOf = (page: Page): ReadonlyArray<string> => {
  const problems: Array<string> = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => {
    // that a server is away, or refuses, is what some tests are about
    const isMeant = /net::ERR_|status of (403|50[03])/.test(message.text());
    if (message.type() === 'error' && !isMeant) problems.push(message.text());
  });
  return problems;
};
