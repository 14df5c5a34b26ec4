/**
 * `npm run example -- worker [queue]`: a worker in TypeScript beside those of Celery, on one
 * queue, for one chord.
 *
 * `examples/tasks.py` is an app to try it with; BROKER_URL and RESULT_URL are as there.
 * Around it are
 *
 * - `worker/queue.ts`: taking messages as Kombu does,
 * - `worker/runTask.ts`: from a request to a stored result,
 * - `worker/worker.ts`: one after the other, until it is told to stop.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { RedisBackend } from 'chordis';
import { msgpack } from 'chordis/msgpack';
import * as t from 'io-ts';
import * as Rx from 'rxjs';
import { type TaskFunctions, task } from './worker/runTask.js';
import { worker } from './worker/worker.js';

const {
  BROKER_URL: brokerUrl = 'redis://localhost:6379/0',
  RESULT_URL: url = 'redis://localhost:6379/1',
  RESULT_SERIALIZER: serializer = 'json',
} = process.env;
const [queue = 'celery'] = process.argv.slice(2);

const functions: TaskFunctions = new Map([
  [
    'tasks.square',
    task(t.tuple([t.number]), async (n) => {
      await delay(Math.random() * 200);
      return n * n;
    }),
  ],
  ['tasks.total', task(t.tuple([t.array(t.number)]), (all) => all.reduce((a, b) => a + b, 0))],
]);

const backend = new RedisBackend({
  url,
  broker: brokerUrl,
  serializer,
  serializers: [msgpack],
  accept: ['json', 'msgpack'],
});

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());

console.log(`Working on '${queue}' … Send it a chord, in another terminal:

  pip install "celery[redis]"
  cd examples && python3 -c 'from tasks import *; print(squares(100).get(timeout=60))'

A Celery worker beside this one shares it:

  cd examples && celery -A tasks worker
`);

worker({ backend, brokerUrl, queue, functions, stop: stop.signal })
  .pipe(Rx.finalize(() => backend.close()()))
  .subscribe(({ id, task, state }) => console.log(`${task} ${id} ${state}`));
