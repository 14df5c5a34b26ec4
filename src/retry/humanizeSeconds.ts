/**
 * The words of Celery's log lines on a lost connection.
 * Source: `celery.utils.time.humanize_seconds`, `RedisBackend.on_connection_error`,
 * `Backend._ensure_retryable`.
 *
 * @since 0.1.0
 */

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * How far off a moment is, in its largest unit; `now` within the second.
 *
 * @example
 * import { retry } from 'chordis'
 *
 * retry.humanizeSeconds(90) // in 1.50 minutes
 *
 * @category conversions
 * @since 0.1.0
 */
export const humanizeSeconds = (seconds: number): string => {
  const rounded = Number(seconds.toFixed(2));
  const unit = UNITS.find(([, length]) => rounded >= length);
  if (unit === undefined) return 'now';
  const [name, length] = unit;
  const count = rounded / length;
  return `in ${count.toFixed(2)} ${name}${count > 1 ? 's' : ''}`;
};

/**
 * Celery's whole line. `retries` counts those made before, so it starts from 0;
 * `maxRetries` is `null` where there is no limit, `server` what was lost.
 *
 * @example
 * import { retry } from 'chordis'
 *
 * retry.connectionLostMessage(1, 20, 1) // Connection to Redis lost: Retry (1/20) in 1.00 second.
 *
 * @category conversions
 * @since 0.1.0
 */
export const connectionLostMessage = (
  retries: number,
  maxRetries: number | null,
  seconds: number,
  server = 'Redis',
): string =>
  `Connection to ${server} lost: Retry (${retries}/${maxRetries ?? 'Inf'}) ${humanizeSeconds(seconds)}.`;

/**
 * What Celery logs before it tries an operation again, with `alwaysRetry`. `left` may be
 * `Infinity`.
 *
 * @example
 * import { retry } from 'chordis'
 *
 * retry.failedOperationMessage('_store_result', 4) // Failed operation _store_result. Retrying 4 more times.
 *
 * @category conversions
 * @since 0.1.0
 */
export const failedOperationMessage = (operation: string, left: number): string =>
  `Failed operation ${operation}. Retrying ${left === Number.POSITIVE_INFINITY ? 'inf' : left} more times.`;
