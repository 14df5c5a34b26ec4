/**
 * What a function given to `ensure` may return, as one effect.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import * as Rx from 'rxjs';
import type { ResultStoreError } from '../errors/errors.js';
import { fromTask, type Operation } from '../operation/operation.js';
import { defer, fromPromise, fromSource, type Run, settled } from '../operation/run.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What a function given to `ensure` may return: a value, anything with a `then`, anything
 * that RxJS takes for an Observable, or a `TaskEither`.
 *
 * @category model
 * @since 0.1.0
 */
export type Effect<A> =
  | A
  | PromiseLike<A>
  | Rx.Observable<A>
  | Operation<A>
  | TaskEither<ResultStoreError, A>;

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/** Calls `fun` anew each time it is run. */
export const fromEffect = <A>(fun: () => Effect<A>): Run<A> =>
  defer(() => {
    const effect = fun();
    if (Rx.isObservable(effect)) return fromSource(effect);
    if (isTask(effect)) return fromTask(effect);
    // as `await` does: to its end, and once
    return isThenable(effect)
      ? fromPromise(() => Promise.resolve(effect))
      : settled<A>(E.right(effect));
  });

const isTask = <A>(effect: Effect<A>): effect is TaskEither<ResultStoreError, A> =>
  typeof effect === 'function';

const isThenable = <A>(effect: A | PromiseLike<A>): effect is PromiseLike<A> =>
  typeof effect === 'object' &&
  effect !== null &&
  'then' in effect &&
  typeof effect.then === 'function';
