/**
 * A worker for Celery's queues: it takes messages, runs their tasks, and acknowledges each
 * once what came of it is stored. So a task may run twice, but none gets lost, and a part of
 * a chord counts once however often it is returned.
 */
import { json, RETRY, type RedisBackend, registry } from 'chordis';
import { msgpack } from 'chordis/msgpack';
import { decodeMessage, requestOf } from 'chordis/wire';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as Rx from 'rxjs';
import { type Delivery, openQueue, type Queue } from './queue.js';
import { type Ended, runTask, type TaskFunctions } from './runTask.js';

export interface WorkerOptions {
  /** Its `broker` sends the bodies of chords, and errbacks. */
  readonly backend: RedisBackend;
  readonly brokerUrl: string;
  readonly queue: string;
  readonly functions: TaskFunctions;
  /** How many tasks run at once. */
  readonly concurrency?: number;
  /** Seconds after which an unacknowledged message is put back, as Celery's workers have it. */
  readonly visibilityTimeout?: number;
  /** Once it is aborted, nothing more is taken; the worker completes when all is put back. */
  readonly stop: AbortSignal;
  /** How long tasks may go on then, in milliseconds. */
  readonly grace?: number;
  /** How long a task that is to run again waits, in milliseconds. */
  readonly retryDelay?: number;
  /** Where messages come from; a queue in Kombu's layout on Redis, unless there is another. */
  readonly open?: typeof openQueue;
}

/** How a task ended. */
export interface Handled {
  readonly id: string;
  readonly task: string;
  readonly state: Ended;
}

const RESTORE_INTERVAL_MS = 10_000;
const AFTER_TROUBLE_MS = 1_000;

export const worker = ({ concurrency = 4, grace = 1_000, ...options }: WorkerOptions) =>
  Rx.defer(() => {
    const { brokerUrl, queue: name, visibilityTimeout = 3_600, stop, open = openQueue } = options;
    const queue = open(brokerUrl, name, visibilityTimeout);
    const stopping$ = Rx.fromEvent(stop, 'abort').pipe(Rx.share());

    // One task after the other. A message whose result can't be stored stays unacknowledged,
    // and comes again by the visibility timeout, or with the end of this worker.
    const slot$ = Rx.defer(queue.take).pipe(
      Rx.mergeMap((delivery) => (delivery === null ? Rx.EMPTY : handle(options, queue, delivery))),
      Rx.tap({ error: ({ message }) => console.error(`trouble: ${message}`) }),
      Rx.retry({ delay: AFTER_TROUBLE_MS }),
      Rx.repeat({ delay: () => (stop.aborted ? Rx.EMPTY : Rx.of(null)) }),
      Rx.takeUntil(stopping$.pipe(Rx.delay(grace))),
    );
    const restoring$ = Rx.timer(0, RESTORE_INTERVAL_MS).pipe(
      Rx.exhaustMap(() => Rx.from(queue.restoreOverdue()).pipe(Rx.catchError(() => Rx.EMPTY))),
      Rx.ignoreElements(),
      Rx.takeUntil(stopping$),
    );
    const slots = Array.from({ length: concurrency }, () => slot$);
    return Rx.concat(
      Rx.merge(restoring$, ...slots),
      Rx.defer(queue.close).pipe(Rx.ignoreElements()),
    );
  });

const readRequest = requestOf(registry([json, msgpack], ['json', 'msgpack']));

const handle = (
  { backend, functions, queue: name, retryDelay = 0 }: Omit<WorkerOptions, 'concurrency' | 'grace'>,
  queue: Queue,
  delivery: Delivery,
): Rx.Observable<Handled> =>
  pipe(
    decodeMessage(name, delivery.bytes),
    E.bindTo('message'),
    E.bindW('request', ({ message }) => readRequest(message)),
    E.match(
      ({ message }) => {
        console.error(`thrown away: ${message}`);
        return Rx.defer(() => queue.acknowledge(delivery)).pipe(Rx.ignoreElements());
      },
      ({ message, request }) =>
        runTask(backend, functions)(request, message.headers).pipe(
          Rx.mergeMap(async (state): Promise<Handled> => {
            const retries = (request.retries ?? 0) + 1;
            const eta = new Date(Date.now() + retryDelay).toISOString();
            const headers = { ...message.headers, retries, eta };
            await (state === RETRY
              ? queue.replace(delivery, { ...message, headers })
              : queue.acknowledge(delivery));
            return { id: request.id, task: request.task ?? '', state };
          }),
        ),
    ),
  );
