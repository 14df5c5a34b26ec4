/**
 * `retryAfter`: resubscribes to a source that failed, after each of a row of delays.
 * The two retry operators differ only in their delays.
 *
 * @since 0.1.0
 */
import { constTrue, constVoid, identity } from 'fp-ts/lib/function.js';
import * as Rx from 'rxjs';
import { fromUnknown, type ResultStoreError, RetryLimitExceeded } from '../errors/errors.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What is retried, who is told, and on which clock.
 *
 * @category model
 * @since 0.1.0
 */
export interface RetryOptions {
  /** Which errors are worth a retry; the others pass through unchanged. All, unless told. */
  readonly when?: (error: ResultStoreError) => boolean;
  /** Called before each wait, with how many retries there were before and the wait in seconds. */
  readonly onRetry?: (error: ResultStoreError, retries: number, seconds: number) => void;
  /** What each wait is subject to, such as a bound on how many wait at once. */
  readonly hold?: <A>(wait: Rx.Observable<A>) => Rx.Observable<A>;
  /** Where the waits are timed; `asyncScheduler`, unless told. */
  readonly scheduler?: Rx.SchedulerLike;
  /** Whether a value starts the policy anew, as suits a long-lived connection; `false`, unless told. */
  readonly resetOnSuccess?: boolean;
}

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/**
 * Fails with `RetryLimitExceeded` once `maxRetries` (`null`: no limit) are spent.
 * `secondsBefore` tells the wait before a retry from how many there were before it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const retryAfter = <T>(
  secondsBefore: (retries: number) => number,
  maxRetries: number | null,
  {
    when = constTrue,
    onRetry = constVoid,
    hold = identity,
    scheduler = Rx.asyncScheduler,
    resetOnSuccess = false,
  }: RetryOptions = {},
): Rx.MonoTypeOperatorFunction<T> => {
  const delay = (thrown: unknown, failures: number): Rx.Observable<0> => {
    const error = fromUnknown(thrown);
    const retries = failures - 1;
    if (!when(error)) return Rx.throwError(() => thrown);
    if (maxRetries !== null && retries >= maxRetries) {
      return Rx.throwError(() => new RetryLimitExceeded(retries, error));
    }
    const seconds = secondsBefore(retries);
    onRetry(error, retries, seconds);
    return hold(Rx.timer(Math.round(seconds * 1000), scheduler));
  };
  return Rx.retry({ delay, resetOnSuccess });
};
