/** Keeps a server running: one that was killed is followed by another, on the same port. */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Restartable } from './protocol.js';
import type { ServeOptions } from './serve.js';

export type FromServer = { readonly restart: Restartable } | { readonly listening: number };

export interface ToServer {
  readonly restarted: Restartable;
}

/** In milliseconds: long enough to see that it is gone, and for its last answer to be read. */
const GONE = 3_000;
const LAST_ANSWER = 100;

/** Resolves with the port; rejects where the first one does not get as far as to listen. */
export const supervised = (
  options: ServeOptions,
  restartRedis: () => Promise<void>,
): Promise<number> =>
  new Promise((resolve, reject) => {
    let { port } = options;
    let hasListened = false;

    const restart = async (what: Restartable, child: ChildProcess): Promise<void> => {
      if (what === 'redis') await restartRedis();
      if (child.connected) child.send({ restarted: what } satisfies ToServer);
      if (what === 'server') {
        await delay(LAST_ANSWER);
        child.kill('SIGKILL');
      }
    };

    const start = (): void => {
      const env = { ...process.env, CHORDIS_WEB: JSON.stringify({ ...options, port }) };
      const child = fork(fileURLToPath(new URL('serverProcess.js', import.meta.url)), { env });
      child.on('message', (message: FromServer) => {
        if ('restart' in message) void restart(message.restart, child);
        else {
          port = message.listening;
          hasListened = true;
          resolve(port);
        }
      });
      child.once('exit', async () => {
        if (!hasListened) return reject(new Error('The server did not start'));
        await delay(GONE);
        start();
      });
    };
    start();
  });
