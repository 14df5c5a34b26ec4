/**
 * `retryAfter`: resubscribes to a source that failed, after each of a row of delays.
 * The two retry operators differ only in their delays.
 * Source: kombu's `retry_over_time`.
 *
 * @since 0.1.0
 */
import { constTrue, constVoid, identity } from 'fp-ts/lib/function.js';
import * as Rx from 'rxjs';
import { fromUnknown, type ResultStoreError, RetryLimitExceeded } from '../errors/errors.js';
import { MAX_MILLISECONDS } from '../operation/maxWait.js';

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
  /**
   * How long to wait, in seconds, out of the row of waits; the next one, unless told. It
   * has to take one of the row, and `retries` tells how many were taken before.
   */
  readonly nextWait?: (error: ResultStoreError, retries: number, waits: Iterator<number>) => number;
  /** Called before each wait, with how many retries there were before and the wait in seconds. */
  readonly onRetry?: (error: ResultStoreError, retries: number, seconds: number) => void;
  /** What each wait is subject to, such as a bound on how many wait at once. */
  readonly hold?: <A>(wait: Rx.Observable<A>) => Rx.Observable<A>;
  /** Where the waits are timed; `asyncScheduler`, unless told. */
  readonly scheduler?: Rx.SchedulerLike;
  /** Whether a value starts the policy anew, as suits a long-lived connection; `false`, unless told. */
  readonly resetOnSuccess?: boolean;
}

/**
 * How long to wait before each retry, and when to give up.
 *
 * @category model
 * @since 0.1.0
 */
export interface RetrySchedule {
  /** A new row of waits, in seconds: the first `next()` is the one before the first retry. */
  readonly waits: () => Iterator<number>;
  /** `null`: no limit. */
  readonly maxRetries: number | null;
  /** In seconds, for all tries together; nothing, `null` and 0: no limit. */
  readonly timeout?: number | null | undefined;
}

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/**
 * Fails with `RetryLimitExceeded` once `maxRetries` are spent, or the `timeout` is over
 * when a try fails: as in kombu it is looked at before a wait, which it does not cut short.
 *
 * The timeout counts from the first try on; with `resetOnSuccess`, from the first failure
 * after a value, since a link that lived for an hour has not spent it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const retryAfter =
  <T>(
    { waits, maxRetries, timeout }: RetrySchedule,
    {
      when = constTrue,
      nextWait = (_error, _retries, waits) => Number(waits.next().value),
      onRetry = constVoid,
      hold = identity,
      scheduler = Rx.asyncScheduler,
      resetOnSuccess = false,
    }: RetryOptions = {},
  ): Rx.MonoTypeOperatorFunction<T> =>
  (source) =>
    Rx.defer(() => {
      let row = waits();
      let began = scheduler.now();
      const isOver = (): boolean =>
        Boolean(timeout) && scheduler.now() - began > milliseconds(timeout ?? 0);
      const delay = (thrown: unknown, failures: number): Rx.Observable<0> => {
        const error = fromUnknown(thrown);
        const retries = failures - 1;
        if (!when(error)) return Rx.throwError(() => thrown);
        if (retries === 0 && resetOnSuccess) {
          row = waits();
          began = scheduler.now();
        }
        if ((maxRetries !== null && retries >= maxRetries) || isOver()) {
          return Rx.throwError(() => new RetryLimitExceeded(retries, error));
        }
        const wait = nextWait(error, retries, row);
        onRetry(error, retries, wait);
        return hold(Rx.timer(milliseconds(wait), scheduler));
      };
      return source.pipe(Rx.retry({ delay, resetOnSuccess }));
    });

const milliseconds = (seconds: number): number =>
  Math.min(Math.round(seconds * 1000), MAX_MILLISECONDS);
