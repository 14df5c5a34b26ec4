/**
 * The Celery worker of `npm run demo -- --celery`: it runs the app of `album.py`, by the Python
 * of CELERY_PYTHON, else of the path.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as Rx from 'rxjs';

const READY_WITHIN = 30_000;

/** As it is written, beside which nothing of Python is built. */
const FOLDER = fileURLToPath(new URL('../../../examples/demo', import.meta.url));

const { CELERY_PYTHON: python = 'python3' } = process.env;

// Threads: they end with their process, however that ends.
const WORKER = [
  ...['-m', 'celery', '-A', 'album', 'worker', '--loglevel', 'INFO'],
  ...['--pool', 'threads', '--concurrency', '4'],
  ...['--without-gossip', '--without-mingle', '--without-heartbeat'],
];

const noCelery = (problem: string): Error =>
  new Error(
    `The Celery worker did not start: ${problem}\n` +
      'It takes a Python 3 that has Celery with Redis; npm run demo does without.',
  );

/** Emits once it takes tasks; it ends when unsubscribed from, and where it ends by itself, so does this. */
export const celeryWorker = (url: string, keyprefix: string): Rx.Observable<void> =>
  new Rx.Observable<void>((subscriber) => {
    const worker = spawn(python, WORKER, {
      cwd: FOLDER,
      env: {
        ...process.env,
        ...{ BROKER_URL: url, RESULT_URL: url, KEYPREFIX: keyprefix },
        ...{ PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
      },
      stdio: 'pipe',
    });
    const kill = () => worker.kill('SIGKILL');
    process.once('exit', kill);
    let log = '';
    const ended = () => {
      const [last = 'it ended'] = log.trimEnd().split('\n').slice(-1);
      subscriber.error(noCelery(last));
    };
    const late = setTimeout(() => subscriber.error(noCelery('it took too long')), READY_WITHIN);
    worker.once('error', ({ message }) => subscriber.error(noCelery(message)));
    worker.once('close', ended);
    for (const stream of [worker.stdout, worker.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        const wasReady = isReady(log);
        log += text;
        if (wasReady || !isReady(log)) return;
        clearTimeout(late);
        subscriber.next();
      });
    }
    return () => {
      clearTimeout(late);
      process.off('exit', kill);
      kill();
    };
  });

const isReady = (log: string): boolean => / ready\.$/m.test(log);
