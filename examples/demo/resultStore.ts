/**
 * The Redis of the demo: the one that `REDIS_URL` names, else a server of its own where
 * `redis-server` is installed, or is what `REDIS_SERVER` names, else the store inside this
 * process.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as Rx from 'rxjs';

export interface ResultStore {
  readonly url: string;
  readonly description: string;
}

const READY_WITHIN = 3_000;

/** A `redis-server` without a port and without files; it ends when unsubscribed from. */
const ownServer$ = new Rx.Observable<ResultStore>((subscriber) => {
  const folder = mkdtempSync(join(tmpdir(), 'chordis-demo-'));
  const socket = join(folder, 'redis.sock');
  const server = spawn(
    process.env.REDIS_SERVER ?? 'redis-server',
    ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no'],
    { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] },
  );

  const kill = () => server.kill('SIGKILL');
  const forget = () => {
    process.off('exit', kill);
    rmSync(folder, { recursive: true, force: true });
  };
  const failed = () => subscriber.error(new Error('redis-server did not start'));
  process.once('exit', kill);
  server.once('error', forget).once('error', failed);
  server.once('close', forget).once('close', failed);

  let log = '';
  server.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (/ready to accept connections/i.test(log)) return;
    log += text;
    if (!/ready to accept connections/i.test(log)) return;
    // From here on, its end is for the backends to notice.
    server.off('close', failed);
    subscriber.next({
      url: `redis+socket://${socket}`,
      description: 'a redis-server of its own',
    });
  });
  return kill;
});

const memory: ResultStore = {
  url: 'memory://',
  description: 'this process, since no redis-server was found',
};

/** Emits once; what it has started lives until it is unsubscribed from. */
export const resultStore$: Rx.Observable<ResultStore> = Rx.defer(() => {
  const { REDIS_URL: url } = process.env;
  return url
    ? Rx.of({ url, description: 'the Redis of REDIS_URL' })
    : ownServer$.pipe(
        Rx.timeout({ first: READY_WITHIN }),
        Rx.catchError(() => Rx.of(memory)),
      );
});
