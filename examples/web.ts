/**
 * `npm run demo:web`: a page that sends tasks and a chord and shows what becomes of them,
 * whatever is killed meanwhile. With `-- --celery`, a Celery worker does the work; with
 * `-- --port 8080` it is served there.
 *
 * This process has the Redis and the workers. The server is another one, so that it can be
 * killed. Around it are
 *
 * - `web/store.ts`, `web/supervised.ts`: what is killed, and started again,
 * - `web/serve.ts`, `web/site.ts`: the server and what it answers,
 * - `web/sending.ts`, `web/functions.ts`, `web/tasks.py`: the tasks,
 * - `web/page/`: the page.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { RedisBackend } from 'chordis';
import { functions } from './web/functions.js';
import { memoryQueue } from './web/memory.js';
import type { About, Restartable } from './web/protocol.js';
import { QUEUE } from './web/sending.js';
import { openBackend, serve } from './web/serve.js';
import { openStore, type Store } from './web/store.js';
import { supervised } from './web/supervised.js';
import { celeryWorker } from './worker/celeryWorker.js';
import { openQueue } from './worker/queue.js';
import { worker } from './worker/worker.js';

const { values } = parseArgs({
  options: {
    celery: { type: 'boolean', default: false },
    port: { type: 'string', default: '8765' },
  },
});

const stop = new AbortController();

const fail = ({ message }: Error): never => {
  console.error(message);
  process.exit(1);
};

/** Enough for the crowd. */
const CONCURRENCY = 100;

const work = (backend: RedisBackend, brokerUrl: string, open: typeof openQueue) =>
  worker({
    ...{ backend, brokerUrl, open, functions, queue: QUEUE },
    ...{ concurrency: CONCURRENCY, retryDelay: 1_000, stop: stop.signal },
  }).subscribe({ error: fail });

const workInPython = (url: string) =>
  celeryWorker({
    ...{ folder: 'web', app: 'tasks', url, concurrency: CONCURRENCY },
    args: ['--queues', QUEUE],
  }).subscribe({ error: fail });

const aboutOf = (store: Store): About => {
  const restarts: ReadonlyArray<Restartable> =
    store.url === null ? [] : store.restart === null ? ['server'] : ['server', 'redis'];
  return {
    store: store.description,
    workers: values.celery ? 'a Celery worker' : 'workers in TypeScript',
    restarts,
  };
};

const open = async (store: Store): Promise<number> => {
  const { url } = store;
  const secret = process.env.GRANTS_SECRET ?? randomBytes(32).toString('hex');
  const options = { port: Number(values.port), secret, about: aboutOf(store) };
  if (url === null) {
    if (values.celery) throw new Error('A Celery worker takes a Redis: install redis-server');
    const queue = memoryQueue();
    const backend = openBackend('memory://', queue.broker);
    work(backend, '', () => queue);
    return serve({ ...options, url: 'memory://' }, async () => {}, backend);
  }
  if (values.celery) workInPython(url);
  else work(openBackend(url, url), url, openQueue);
  return supervised({ ...options, url }, store.restart ?? (async () => {}));
};

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => process.exit(code));
}

const store = await openStore();
try {
  const port = await open(store);
  const { store: where, workers } = aboutOf(store);
  console.log(`Tasks are done by ${workers}, and kept in ${where}.\n`);
  console.log(`  http://localhost:${port}/\n`);
} catch (error) {
  fail(error as Error);
}
