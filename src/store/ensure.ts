/**
 * Running something under the retry policy: a lost connection is waited out, anything
 * else fails at once. Source: `RedisBackend.ensure` and `on_connection_error` in
 * `celery/backends/redis.py`.
 *
 * @since 0.1.0
 */
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import * as Rx from 'rxjs';
import { CommandTimeout, ConnectionError, type ResultStoreError } from '../errors/errors.js';
import { fromObservable, fromTaskEither, type Operation } from '../operation/operation.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What a function given to `ensure` may return.
 *
 * @category model
 * @since 0.1.0
 */
export type Effect<A> =
  | A
  | Promise<A>
  | Rx.Observable<A>
  | Operation<A>
  | TaskEither<ResultStoreError, A>;

// -------------------------------------------------------------------------------------
// refinements
// -------------------------------------------------------------------------------------

/** A lost or refused connection, or a reply that is overdue: the command may do better later. */
export const isConnectionError = (error: unknown): error is ConnectionError | CommandTimeout =>
  error instanceof ConnectionError || error instanceof CommandTimeout;

/** The command surely never ran, so that running it is not running it twice. */
export const wasNeverSent = (error: ResultStoreError): boolean =>
  isConnectionError(error) && !error.sent;

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/** Calls `fun` anew at each subscription. */
export const fromEffect = <A>(fun: () => Effect<A>): Operation<A> =>
  fromObservable(
    Rx.defer(() => {
      const effect = fun();
      if (Rx.isObservable(effect) || effect instanceof Promise || isOperation(effect))
        return effect;
      return isTask(effect) ? fromTaskEither(effect) : Rx.of(effect);
    }),
  );

const isOperation = <A>(effect: Effect<A>): effect is Operation<A> =>
  isTask(effect) && 'subscribe' in effect;

const isTask = <A>(effect: Effect<A>): effect is TaskEither<ResultStoreError, A> =>
  typeof effect === 'function';
