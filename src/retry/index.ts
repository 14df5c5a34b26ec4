// Waits as Celery has them
export {
  defaultRetryPolicy,
  intervals,
  mergeRetryPolicy,
  type PartialRetryPolicy,
  type RetryPolicy,
} from './policy.js';
export type { RetryOptions } from './retryAfter.js';
export { retryOverTime } from './retryOverTime.js';

// Waits that double
export {
  type BackoffOptions,
  type BackoffPolicy,
  backoffBound,
  backoffInterval,
  defaultBackoffPolicy,
  exponentialBackoff,
} from './exponentialBackoff.js';

// Celery's words
export {
  connectionLostMessage,
  failedOperationMessage,
  humanizeSeconds,
} from './humanizeSeconds.js';
