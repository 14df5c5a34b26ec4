/**
 * A `redis-server` of the run's own: on a free port, nothing on disk, and no bound on
 * what waits for a subscriber that does not read, since one workload needs just that.
 */

import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { spawnBound } from './remote.js';

export interface RedisServer {
  readonly port: number;
  readonly version: string;
  /** For what the run itself asks of the server; measures nothing. */
  readonly admin: Redis;
  readonly stop: () => Promise<void>;
}

export const startRedisServer = async (): Promise<RedisServer> => {
  const port = await freePort();
  const child = spawnBound('redis-server', [
    ...['--port', `${port}`, '--bind', '127.0.0.1', '--dir', tmpdir()],
    ...['--save', '', '--appendonly', 'no', '--loglevel', 'notice'],
    ...['--client-output-buffer-limit', 'pubsub 0 0 0'],
  ]);
  await new Promise<void>((resolve, reject) => {
    child.once('error', () =>
      reject(new Error('redis-server is not installed: apt-get install redis-server')),
    );
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    if (child.stdout === null) throw new Error('redis-server has no output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve();
    });
  });
  const admin = new Redis({ port });
  const [, version = 'unknown'] = /redis_version:(\S+)/.exec(await admin.info('server')) ?? [];
  return {
    port,
    version,
    admin,
    stop: async () => {
      admin.disconnect();
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      );
    });
  });
