/** The server of `npm run demo:web`, as a process that is killed and started again. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Sent } from '../../examples/web/protocol.js';
import type { ServeOptions } from '../../examples/web/serve.js';
import type { RedisBackend } from '../../src/index.js';
import { end, spawnBound } from '../integration/childProcess.js';
import { right } from '../integration/scenario.js';
import { ROOT } from '../package/project.js';

export interface WebServer {
  readonly url: string;
  /** Once it has started, if it is about to. */
  readonly kill9: () => Promise<void>;
  /** On the same port. */
  readonly start: () => Promise<void>;
}

/** Of its tokens. */
export const SECRET = 'the secret of these tests, and of none besides';

export const startWebServer = async (url: string): Promise<WebServer> => {
  let starting = launched({ url, port: 0 });
  const [, port] = await starting;
  return {
    url: `http://127.0.0.1:${port}`,
    kill9: async () => {
      const [child] = await starting;
      await end(child, 'SIGKILL', 5_000);
    },
    start: async () => {
      starting = launched({ url, port });
      await starting;
    },
  };
};

const launched = ({
  url,
  port,
}: Pick<ServeOptions, 'url' | 'port'>): Promise<[ChildProcess, number]> =>
  new Promise((resolve, reject) => {
    const about = { store: 'a test', workers: 'a test', restarts: ['server' as const] };
    const options: ServeOptions = { url, port, secret: SECRET, about };
    const child = spawnBound(
      process.execPath,
      [join(ROOT, 'build/examples/web/serverProcess.js')],
      {
        env: { ...process.env, CHORDIS_WEB: JSON.stringify(options) },
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      },
    );
    child.on('message', (message: { readonly listening?: number }) => {
      if (message.listening !== undefined) resolve([child, message.listening]);
    });
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}`)));
  });

// -------------------------------------------------------------------------------------
// what a page has sent
// -------------------------------------------------------------------------------------

/** Presses a button, and tells what was sent by it; nobody works on that. */
export const sentBy = async (page: Page, kind: Sent['kind']): Promise<Sent> => {
  const answer = page.waitForResponse((response) => response.url().endsWith('/send'));
  await page.click(`[data-send=${kind}]`);
  const sent: Sent = await (await answer).json();
  await page.waitForSelector(`[id="title-${sent.id}"]`);
  return sent;
};

/** States as a worker stores them. */
export const progress = (backend: RedisBackend, id: string, current: number): Promise<unknown> =>
  right(backend.storeResult(id, { current, total: 100 }, 'PROGRESS'));
