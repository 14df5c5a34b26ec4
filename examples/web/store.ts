/**
 * The Redis of the page: the one that `REDIS_URL` names, else a server of its own where
 * `redis-server` is installed, or is what `REDIS_SERVER` names, which may be killed and keeps
 * what it has, else none.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Store {
  /** Null where there is no Redis. */
  readonly url: string | null;
  readonly description: string;
  /** Kills it, and starts it again with what it had; null where it is somebody else's. */
  readonly restart: (() => Promise<void>) | null;
  readonly stop: () => void;
}

/** In milliseconds. */
const GONE = 1_500;

const nothing = (): void => {};

export const openStore = async (): Promise<Store> => {
  const { REDIS_URL: url } = process.env;
  if (url) return { url, description: 'the Redis of REDIS_URL', restart: null, stop: nothing };
  return ownRedis().catch(() => ({
    ...{ url: null, description: 'memory, since no redis-server was found' },
    ...{ restart: null, stop: nothing },
  }));
};

const ownRedis = async (): Promise<Store> => {
  const folder = mkdtempSync(join(tmpdir(), 'chordis-web-'));
  const port = await freePort();
  const forget = (): void => rmSync(folder, { recursive: true, force: true });
  let server = await launched(port, folder).catch((error) => {
    forget();
    throw error;
  });
  const stop = (): void => {
    server.kill('SIGKILL');
    forget();
  };
  process.once('exit', stop);
  return {
    url: `redis://127.0.0.1:${port}/0`,
    description: 'a redis-server of its own',
    restart: async () => {
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
      await delay(GONE);
      server = await launched(port, folder);
    },
    stop,
  };
};

/** Every change is in a file before it is answered. */
const launched = (port: number, folder: string): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const server = spawn(
      process.env.REDIS_SERVER ?? 'redis-server',
      ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'yes'],
      { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    let log = '';
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`redis-server did not start: ${log}`)));
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-10_000);
      if (/ready to accept connections/i.test(log)) resolve(server);
    });
  });

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
};
