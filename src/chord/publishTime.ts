/**
 * How long publishing the body may take, by Celery's defaults for its broker. Source:
 * `_chord_publish_claim_expires` in `celery/backends/redis.py`.
 *
 * @since 0.1.0
 */

/** Seconds: `broker_connection_timeout`. */
const TIMEOUT = 4;

/** `task_publish_retry_policy` */
const POLICY = { max_retries: 3, interval_start: 0, interval_step: 0.2, interval_max: 1 };

/** In seconds, at least as long as the claim is. The body's own `retry` and `retry_policy` count. */
export const publishTime = (
  claimExpires: number,
  { retry, retry_policy: own }: Readonly<Record<string, unknown>>,
): number => {
  const policy = { ...POLICY, ...(typeof own === 'object' && own) };
  const number = (name: keyof typeof POLICY): number => {
    const value = Number(policy[name] ?? POLICY[name]);
    return Number.isFinite(value) ? value : POLICY[name];
  };
  const retries = retry === false ? 0 : Math.max(0, Math.trunc(number('max_retries')));
  const start = number('interval_start');
  const waits = Array.from({ length: Math.min(retries, 10_000) }, (_, n) =>
    Math.min(start + number('interval_step') * n, number('interval_max')),
  );
  const waited = waits.reduce((sum, wait) => sum + wait, 0);
  return Math.max(claimExpires, Math.ceil((retries + 1) * TIMEOUT + waited + TIMEOUT));
};
