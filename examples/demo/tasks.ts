/**
 * The tasks of the demo, and what their workers make of them: each task is a script of
 * steps, and each step stores states as a Celery worker would.
 */
import { randomUUID } from 'node:crypto';
import { pythonException, type RedisBackend } from 'chordis';
import * as Rx from 'rxjs';

export interface Task {
  readonly id: string;
  readonly name: string;
  readonly script: ReadonlyArray<Step>;
}

/** A stream that completes when the step is done. */
export type Step = (backend: RedisBackend, taskId: string) => Rx.ObservableInput<unknown>;

// -------------------------------------------------------------------------------------
// steps
// -------------------------------------------------------------------------------------

/** In milliseconds, between two states of a task at work. */
const TICK = 50;

export const wait =
  (seconds: number): Step =>
  () =>
    Rx.timer(seconds * 1000);

const start: Step = (backend, id) =>
  backend.markAsStarted(id, { pid: process.pid, hostname: 'demo' });

/** Works from nothing up to so many percent. */
const progress =
  (percent: number, seconds: number): Step =>
  (backend, id) => {
    const ticks = Math.ceil((seconds * 1000) / TICK);
    return Rx.interval(TICK).pipe(
      Rx.take(ticks),
      Rx.map((tick) => Math.round((percent * (tick + 1)) / ticks)),
      Rx.concatMap((current) => backend.storeResult(id, { current, total: 100 }, 'PROGRESS')),
    );
  };

/** Fails, waits a little, and starts anew. */
const retry =
  (excType: string, message: string): Step =>
  (backend, id) =>
    Rx.concat(
      backend.markAsRetry(id, pythonException(excType, [message])),
      Rx.timer(700),
      start(backend, id),
    );

export const succeed =
  (result: unknown): Step =>
  (backend, id) =>
    backend.markAsDone(id, result);

const fail =
  (excType: string, ...args: ReadonlyArray<unknown>): Step =>
  (backend, id) =>
    backend.markAsFailure(id, pythonException(excType, args));

const revoke =
  (reason: string): Step =>
  (backend, id) =>
    backend.markAsRevoked(id, reason);

// -------------------------------------------------------------------------------------
// tasks
// -------------------------------------------------------------------------------------

const task = (name: string, ...script: ReadonlyArray<Step>): Task => ({
  id: randomUUID(),
  name,
  script,
});

/** Has ended before anybody watches it, and is heard of all the same. */
export const finished: Task = task('nightly report', succeed({ pages: 12 }));

export const tasks: ReadonlyArray<Task> = [
  task('resize photos', start, progress(100, 3), succeed({ photos: 1204 })),
  task('transcode video', wait(0.3), start, progress(100, 5.5), succeed('holiday.mp4')),
  task(
    'import orders',
    ...[wait(0.6), start, progress(35, 0.8), retry('TimeoutError', 'warehouse is busy')],
    ...[progress(60, 1), retry('TimeoutError', 'warehouse is busy'), progress(100, 1.4)],
    succeed({ orders: 88, skipped: [17, 42] }),
  ),
  task(
    'charge card',
    ...[wait(0.2), start, progress(70, 2), fail('ValueError', 'card expired', { code: 402 })],
  ),
  task(
    'send newsletter',
    ...[wait(0.9), start, progress(45, 1.6), revoke('the editor found a typo')],
  ),
];

// -------------------------------------------------------------------------------------
// the worker
// -------------------------------------------------------------------------------------

/** One step after the other; fails where a state cannot be stored. */
export const run =
  (backend: RedisBackend) =>
  ({ id, script }: Task): Rx.Observable<unknown> =>
    Rx.concat(...script.map((step) => step(backend, id)));
