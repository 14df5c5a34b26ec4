/**
 * `RetryPolicy`: how often a lost connection is tried again, and how long to wait
 * before each retry.
 * Source: kombu's `retry_over_time` and `fxrange`; Celery's `RedisBackend.retry_policy`.
 *
 * @since 0.1.0
 */

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
  /** How far the waits may grow above `intervalStart`. */
  readonly intervalMax: number;
}

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
 * import { defaultRetryPolicy, mergeRetryPolicy } from 'chordis'
 *
 * mergeRetryPolicy(defaultRetryPolicy, { maxRetries: null }) // every second, for ever
 *
 * @category constructors
 * @since 0.1.0
 */
export const mergeRetryPolicy = (
  policy: RetryPolicy,
  override: { readonly [K in keyof RetryPolicy]?: RetryPolicy[K] | undefined } = {},
): RetryPolicy => ({
  maxRetries: override.maxRetries === undefined ? policy.maxRetries : override.maxRetries,
  intervalStart: override.intervalStart ?? policy.intervalStart,
  intervalStep: override.intervalStep ?? policy.intervalStep,
  intervalMax: override.intervalMax ?? policy.intervalMax,
});

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/**
 * The waits before the first, second, third … retry, in seconds and without end.
 *
 * They grow to at most `intervalMax + intervalStart` and are not clamped to it: the
 * last value below repeats. A ceiling of 0 is none at all, as in kombu.
 *
 * @example
 * import { defaultRetryPolicy, intervals } from 'chordis'
 *
 * const [first, second, third] = intervals(defaultRetryPolicy) // 0, 1, 1
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
    const ceiling = policy.intervalMax + policy.intervalStart || Number.POSITIVE_INFINITY;
    // Added up rather than multiplied, so that float sums are kombu's to the last bit.
    let next = policy.intervalStart;
    while (next <= ceiling) {
      yield next;
      next += policy.intervalStep;
    }
    for (;;) yield next - policy.intervalStep;
  },
});

/**
 * The wait after so many `retries`, in seconds: the first one is at 0.
 *
 * @category destructors
 * @since 0.1.0
 */
export const intervalAt = (policy: RetryPolicy, retries: number): number => {
  const row = intervals(policy)[Symbol.iterator]();
  for (let passed = 0; passed < retries; passed += 1) row.next();
  return row.next().value;
};
