/**
 * The words of Celery's log line on a lost connection.
 * Source: `celery.utils.time.humanize_seconds`, `RedisBackend.on_connection_error`.
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
 * import { humanizeSeconds } from 'chordis'
 *
 * humanizeSeconds(90) // in 1.50 minutes
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
 * `maxRetries` is `null` where there is no limit.
 *
 * @example
 * import { connectionLostMessage } from 'chordis'
 *
 * connectionLostMessage(1, 20, 1) // Connection to Redis lost: Retry (1/20) in 1.00 second.
 *
 * @category conversions
 * @since 0.1.0
 */
export const connectionLostMessage = (
  retries: number,
  maxRetries: number | null,
  seconds: number,
): string =>
  `Connection to Redis lost: Retry (${retries}/${maxRetries ?? 'Inf'}) ${humanizeSeconds(seconds)}.`;
