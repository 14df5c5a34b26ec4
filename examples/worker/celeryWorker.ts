/**
 * A Celery worker for a demo, by the Python of CELERY_PYTHON, else of the path.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as Rx from 'rxjs';

export interface WorkerOptions {
  /** Among the examples: where the module of its app is. */
  readonly folder: string;
  /** That module. */
  readonly app: string;
  /** Of the Redis that has messages and results. */
  readonly url: string;
  /** How many tasks run at once. */
  readonly concurrency: number;
  /** More arguments of `celery worker`. */
  readonly args?: ReadonlyArray<string>;
  /** More variables for the app, which has `BROKER_URL` and `RESULT_URL`. */
  readonly env?: Readonly<Record<string, string>>;
}

const READY_WITHIN = 30_000;

/** As it is written, beside which nothing of Python is built. */
const EXAMPLES = fileURLToPath(new URL('../../../examples/', import.meta.url));

const { CELERY_PYTHON: python = 'python3' } = process.env;

/** Without buffers, and without files of bytecode. */
const LAUNCHER = ['-u', '-B', `${EXAMPLES}worker/celeryWorker.py`];

const noCelery = (problem: string): Error =>
  new Error(
    `The Celery worker did not start: ${problem}\n` +
      'It takes a Python 3 that has Celery with Redis; without --celery, the demo takes none.',
  );

/** Emits once it takes tasks; it ends when unsubscribed from, and where it ends by itself, so does this. */
export const celeryWorker = (options: WorkerOptions): Rx.Observable<void> =>
  new Rx.Observable<void>((subscriber) => {
    const { folder, app, url, concurrency, args = [], env = {} } = options;
    const worker = spawn(
      python,
      [
        ...LAUNCHER,
        ...['-A', app, 'worker', '--loglevel', 'INFO', ...args],
        // threads: they end with their process, however that ends
        ...['--pool', 'threads', '--concurrency', `${concurrency}`],
        ...['--without-gossip', '--without-mingle', '--without-heartbeat'],
      ],
      {
        cwd: `${EXAMPLES}${folder}`,
        env: { ...process.env, BROKER_URL: url, RESULT_URL: url, ...env },
        stdio: 'pipe',
      },
    );
    const kill = () => worker.kill('SIGKILL');
    process.once('exit', kill);
    let isReady = false;
    let log = '';
    const failed = (problem: string) =>
      subscriber.error(
        isReady ? new Error(`The Celery worker ended: ${problem}`) : noCelery(problem),
      );
    const late = setTimeout(() => failed('it took too long'), READY_WITHIN);
    worker.once('error', ({ message }) => failed(message));
    worker.once('close', () => failed(log.trimEnd().split('\n').at(-1) || 'it said nothing'));
    for (const stream of [worker.stdout, worker.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        log = (log + text).slice(-MOST_OF_LOG);
        if (isReady || !/ ready\.$/m.test(log)) return;
        isReady = true;
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

/** In characters. */
const MOST_OF_LOG = 10_000;
