/** A page of the tests' own at the address of a server: it records what it is told. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'rolldown';
import { ROOT } from '../package/project.js';
import { opened } from './chromium.js';
import type { Recording } from './pageRecorder.js';

let script: Promise<string> | undefined;

const bundled = async (): Promise<string> => {
  const { output } = await build({
    input: join(ROOT, 'test/thorough/pageRecorder.ts'),
    platform: 'browser',
    write: false,
  });
  return output[0].code;
};

/** At the server's address, which does not know of it. */
export const recordingPage = async (url: string): Promise<Page> => {
  script ??= bundled();
  const body = `<!doctype html><script type="module">${await script}</script>`;
  const { page } = await opened();
  await page.route('**/recorder', (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(`${url}/recorder`);
  return page;
};

export const watch = (page: Page, query: string, token: string): Promise<unknown> =>
  page.evaluate(`recorder.watch(${JSON.stringify(query)}, ${JSON.stringify(token)})`);

export const recordings = (page: Page): Promise<ReadonlyArray<Recording>> =>
  page.evaluate('recorder.recordings');
