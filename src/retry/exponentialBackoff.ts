/**
 * `exponentialBackoff`: resubscribes after waits that double, each drawn at random
 * from nothing to its bound (full jitter), so that many clients don't return at once.
 * Source: Celery's `get_exponential_backoff_interval` and `result_backend_always_retry`.
 *
 * @since 0.1.0
 */
import type { MonoTypeOperatorFunction } from 'rxjs';
import { type RetryOptions, retryAfter } from './retryAfter.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * How long to wait, in milliseconds, and how often. Celery: `result_backend_always_retry`
 * and its kin.
 *
 * @category model
 * @since 0.1.0
 */
export interface BackoffPolicy {
  /** In whole milliseconds, doubled before the first wait. Celery: `result_backend_base_sleep_between_retries_ms`. */
  readonly baseMs: number;
  /** In whole milliseconds. Celery: `result_backend_max_sleep_between_retries_ms`. */
  readonly maximumMs: number;
  /** `null`: for ever. Celery: `result_backend_max_retries`. */
  readonly maxRetries: number | null;
}

/**
 * `RetryOptions`, and where chance comes from.
 *
 * @category model
 * @since 0.1.0
 */
export interface BackoffOptions extends RetryOptions {
  /** A number from 0 up to, but without, 1; `Math.random`, unless told. */
  readonly random?: () => number;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Celery's own: from 20 ms up to 10 s, for ever.
 *
 * @category constructors
 * @since 0.1.0
 */
export const defaultBackoffPolicy: BackoffPolicy = {
  baseMs: 10,
  maximumMs: 10_000,
  maxRetries: null,
};

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/** Past 2^52 no delay grows any further; a larger power would end in `0 * Infinity`. */
const LARGEST_EXPONENT = 52;

/**
 * The longest wait after so many `retries`, in milliseconds: what full jitter draws from.
 *
 * @example
 * import { retry } from 'chordis'
 *
 * retry.backoffBound(retry.defaultBackoffPolicy, 3) // 80
 *
 * @category destructors
 * @since 0.1.0
 */
export const backoffBound = (
  { baseMs, maximumMs }: Pick<BackoffPolicy, 'baseMs' | 'maximumMs'>,
  retries: number,
): number => Math.max(0, Math.min(maximumMs, baseMs * 2 ** Math.min(retries, LARGEST_EXPONENT)));

/**
 * A wait drawn from the whole milliseconds up to `backoffBound`, the bound included.
 *
 * @example
 * import { retry } from 'chordis'
 *
 * retry.backoffInterval(retry.defaultBackoffPolicy, 3, () => 0.5) // 40
 *
 * @category destructors
 * @since 0.1.0
 */
export const backoffInterval = (
  policy: Pick<BackoffPolicy, 'baseMs' | 'maximumMs'>,
  retries: number,
  random: () => number = Math.random,
): number => Math.floor(random() * (backoffBound(policy, retries) + 1));

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/**
 * Resubscribes to a source that failed, after waits with full jitter; when
 * `maxRetries` are spent, fails with `RetryLimitExceeded` around the last error.
 *
 * @example
 * import { throwError } from 'rxjs'
 * import { exponentialBackoff } from 'chordis'
 *
 * throwError(() => new Error('connection refused'))
 *   .pipe(exponentialBackoff({ baseMs: 1, maximumMs: 10, maxRetries: 2 }))
 *   .subscribe({ error: (e) => console.log(e.message) })
 * // Retry limit exceeded after 2 retries: connection refused
 *
 * @category combinators
 * @since 0.1.0
 */
export const exponentialBackoff = <T>(
  policy: BackoffPolicy = defaultBackoffPolicy,
  { random = Math.random, ...options }: BackoffOptions = {},
): MonoTypeOperatorFunction<T> =>
  retryAfter({ waits: () => backoffs(policy, random), maxRetries: policy.maxRetries }, options);

/** In seconds. */
function* backoffs(policy: BackoffPolicy, random: () => number): Generator<number, never> {
  for (let retries = 1; ; retries += 1) yield backoffInterval(policy, retries, random) / 1000;
}
