/**
 * `RetryPolicy`: how often a lost connection is tried again, and how long to wait
 * before each retry.
 * Source: kombu's `retry_over_time` and `fxrange`; Celery's `RedisBackend.retry_policy`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { InvalidArgument } from '../errors/errors.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * All intervals are in seconds.
 *
 * @category model
 * @since 0.1.0
 */
export interface RetryPolicy {
  /** `null`: for ever; 0: not once. */
  readonly maxRetries: number | null;
  /** The wait before the first retry. */
  readonly intervalStart: number;
  /** How much longer each further wait is. */
  readonly intervalStep: number;
  /** The longest wait. */
  readonly intervalMax: number;
  /**
   * For all tries together: once it is over, a try that fails was the last one. A wait or
   * a try under way is not cut short. 0, `null` and nothing at all: no such end.
   */
  readonly timeout?: number | null | undefined;
}

/**
 * Some of a policy; what is left out or `undefined` is told by another one.
 *
 * @category model
 * @since 0.1.0
 */
export type PartialRetryPolicy = {
  readonly [K in keyof RetryPolicy]?: RetryPolicy[K] | undefined;
};

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Celery's own: at once, then every second, 20 times in all.
 *
 * @category constructors
 * @since 0.1.0
 */
export const defaultRetryPolicy: RetryPolicy = {
  maxRetries: 20,
  intervalStart: 0,
  intervalStep: 1,
  intervalMax: 1,
};

/**
 * `policy` with what `override` sets; what it leaves out or `undefined` stays.
 *
 * @example
 * import { retry } from 'chordis'
 *
 * retry.mergeRetryPolicy(retry.defaultRetryPolicy, { maxRetries: null }) // every second, for ever
 *
 * @category constructors
 * @since 0.1.0
 */
export const mergeRetryPolicy = (
  policy: RetryPolicy,
  override: PartialRetryPolicy = {},
): RetryPolicy => {
  const timeout = override.timeout === undefined ? policy.timeout : override.timeout;
  return {
    maxRetries: override.maxRetries === undefined ? policy.maxRetries : override.maxRetries,
    intervalStart: override.intervalStart ?? policy.intervalStart,
    intervalStep: override.intervalStep ?? policy.intervalStep,
    intervalMax: override.intervalMax ?? policy.intervalMax,
    ...(timeout === undefined ? {} : { timeout }),
  };
};

/**
 * The policy, or an `InvalidArgument` that names what of it can't be waited by: what is
 * no number, NaN, or below `least`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const checkedRetryPolicy = <P extends PartialRetryPolicy>(
  policy: P,
  least = 0,
): E.Either<InvalidArgument, P> => {
  const wrong = FIELDS.find((field) => {
    const value: unknown = policy[field] ?? least;
    return !(typeof value === 'number' && value >= least);
  });
  return wrong === undefined
    ? E.right(policy)
    : E.left(
        new InvalidArgument(wrong, 'of a retry policy must be a number of at least 0, not NaN'),
      );
};

const FIELDS = ['maxRetries', 'intervalStart', 'intervalStep', 'intervalMax', 'timeout'] as const;

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/**
 * The waits before the first, second, third … retry, in seconds and without end.
 *
 * They grow up to `intervalMax`, and none is longer. An `intervalMax` and `intervalStart`
 * of 0 is no wait at all, as in kombu.
 *
 * @example
 * import { retry } from 'chordis'
 *
 * const [first, second, third] = retry.intervals(retry.defaultRetryPolicy) // 0, 1, 1
 *
 * @category destructors
 * @since 0.1.0
 */
export const intervals = (
  policy: RetryPolicy,
): {
  /** Begins with the first one. */
  [Symbol.iterator](): Iterator<number, never>;
} => ({
  *[Symbol.iterator](): Generator<number, never> {
    const { intervalMax } = policy;
    // kombu's row ends here, and is cut down to intervalMax after that: where no value is
    // between the two, the last one below repeats. 0 is no end to it.
    const ceiling = intervalMax + policy.intervalStart || Number.POSITIVE_INFINITY;
    // Added up rather than multiplied, so that float sums are kombu's to the last bit.
    let next = policy.intervalStart;
    while (next <= ceiling) {
      yield Math.min(next, intervalMax);
      next += policy.intervalStep;
    }
    for (;;) yield Math.min(next - policy.intervalStep, intervalMax);
  },
});
