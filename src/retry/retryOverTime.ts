/**
 * `retryOverTime`: resubscribes after the intervals of a `RetryPolicy`.
 * Source: kombu's `retry_over_time`, as used by `RedisBackend.ensure`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { type MonoTypeOperatorFunction, throwError } from 'rxjs';
import { checkedRetryPolicy, defaultRetryPolicy, intervals, type RetryPolicy } from './policy.js';
import { type RetryOptions, retryAfter } from './retryAfter.js';

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/**
 * Resubscribes to a source that failed, after each interval of `policy` in turn; when
 * they are spent, or its `timeout` is over, fails with `RetryLimitExceeded` around the
 * last error. Fails with `InvalidArgument` where a number of the policy is NaN.
 *
 * The first retry of the default policy is immediate. Unsubscribing ends the wait.
 *
 * ```text
 * source   --#
 *            --#
 *                  --a|
 * result   ----- 1s --a|      retryOverTime(defaultRetryPolicy)
 * ```
 *
 * @example
 * import { defer } from 'rxjs'
 * import { retry, retryOverTime } from 'chordis'
 *
 * let calls = 0
 * const flaky = defer(async () => {
 *   calls += 1
 *   if (calls < 2) throw new Error('connection refused')
 *   return 'PONG'
 * })
 *
 * flaky.pipe(retryOverTime(retry.defaultRetryPolicy)).subscribe(console.log) // PONG
 *
 * @category combinators
 * @since 0.1.0
 */
export const retryOverTime = <T>(
  policy: RetryPolicy = defaultRetryPolicy,
  options: RetryOptions = {},
): MonoTypeOperatorFunction<T> => {
  // a negative wait is none, as in kombu; but one of NaN would be none for ever
  const checked = checkedRetryPolicy(policy, Number.NEGATIVE_INFINITY);
  return E.isLeft(checked)
    ? () => throwError(() => checked.left)
    : retryAfter({ ...policy, waits: () => intervals(policy)[Symbol.iterator]() }, options);
};
