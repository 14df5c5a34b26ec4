/**
 * What a worker makes of a request: it runs the function of that name, and stores what came of
 * it. The mark returns the part of a chord as well, and tells errbacks of a failure.
 */
import { hostname } from 'node:os';
import {
  EncodeError,
  FAILURE,
  pythonException,
  RETRY,
  REVOKED,
  type RedisBackend,
  SUCCESS,
  type TaskRequest,
} from 'chordis';
import type { MessageHeaders } from 'chordis/wire';
import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { PathReporter } from 'io-ts/lib/PathReporter.js';
import * as Rx from 'rxjs';

/** What a function is told of its task, and tells of it meanwhile. */
export interface Running {
  readonly id: string;
  /** How often it has been tried before. */
  readonly retries: number;
  /** Stores how far it is, as `update_state` does in Celery. */
  readonly progress: (meta: unknown) => Promise<unknown>;
}

/** Keyword arguments, where there are any, come in one object after the others. */
export type TaskFunction = (running: Running, ...args: ReadonlyArray<unknown>) => unknown;

/** By the names that Python calls them by. */
export type TaskFunctions = ReadonlyMap<string, TaskFunction>;

export type Ended = typeof SUCCESS | typeof FAILURE | typeof RETRY | typeof REVOKED;

/** Thrown by a task that is to run again, three times at most; stored is its `cause`, if it has one. */
export class TryAgain extends Error {}

const MOST_RETRIES = 3;

/** A plain function, whose arguments are checked: Python may send it anything. */
export const task =
  <Args extends ReadonlyArray<unknown>>(
    args: t.Decoder<unknown, Args>,
    run: (...args: [...Args, Running]) => unknown,
  ): TaskFunction =>
  (running, ...given) => {
    const decoded = args.decode(given);
    if (E.isLeft(decoded)) throw new TypeError(PathReporter.report(decoded).join('; '));
    return run(...decoded.right, running);
  };

const call = async (
  backend: RedisBackend,
  functions: TaskFunctions,
  request: TaskRequest,
): Promise<unknown> => {
  const { args, kwargs, chain, callbacks } = request;
  const run = functions.get(request.task ?? '');
  if (run === undefined) {
    throw pythonException('NotRegistered', [request.task], 'celery.exceptions');
  }
  if (chain?.length || callbacks?.length) {
    throw pythonException('NotImplementedError', ['this worker sends no task that follows']);
  }
  const named = Object.keys(kwargs ?? {}).length === 0 ? [] : [kwargs];
  const { id, retries = 0 } = request;
  const progress = (meta: unknown): Promise<unknown> =>
    Rx.lastValueFrom(backend.storeResult(id, meta, 'PROGRESS'));
  return run({ id, retries, progress }, ...(args ?? []), ...named);
};

/** Emits how it ended, once that is stored; fails where it can't be stored. */
export const runTask =
  (backend: RedisBackend, functions: TaskFunctions) =>
  (request: TaskRequest, { eta, expires }: MessageHeaders): Rx.Observable<Ended> => {
    const { id, retries = 0 } = request;

    const ended = (state: Ended, stored: Rx.Observable<void>): Rx.Observable<Ended> =>
      stored.pipe(Rx.map(() => state));

    const failed = (error: unknown): Rx.Observable<Ended> =>
      error instanceof TryAgain && retries < MOST_RETRIES
        ? ended(RETRY, backend.markAsRetry(id, error.cause ?? error, { request }))
        : ended(FAILURE, backend.markAsFailure(id, error, { request }));

    const done = (result: unknown): Rx.Observable<Ended> =>
      ended(SUCCESS, backend.markAsDone(id, result ?? null, { request })).pipe(
        Rx.catchError((error: unknown) =>
          // A result without a form on the wire is a failure of the task.
          error instanceof EncodeError ? failed(error) : Rx.throwError(() => error),
        ),
      );

    const run$ = Rx.defer(() => call(backend, functions, request)).pipe(
      Rx.map(done),
      Rx.catchError((error: unknown) => Rx.of(failed(error))),
      Rx.mergeAll(),
    );
    const started$ = backend
      .markAsStarted(id, { pid: process.pid, hostname: hostname() })
      .pipe(Rx.ignoreElements());
    const isLate = (): boolean => typeof expires === 'string' && Date.parse(expires) <= Date.now();

    return Rx.timer(new Date(eta ?? 0)).pipe(
      Rx.mergeMap(() =>
        isLate()
          ? ended(REVOKED, backend.markAsRevoked(id, 'expired', { request }))
          : Rx.concat(started$, run$),
      ),
    );
  };
