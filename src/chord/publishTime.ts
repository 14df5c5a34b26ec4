/**
 * How often publishing the body is tried, and how long it may take, by Celery's defaults for
 * its broker. Source: `_chord_publish_claim_expires` in `celery/backends/redis.py`.
 *
 * @since 0.1.0
 */
import type { RetryPolicy } from '../retry/policy.js';

/** Seconds: `broker_connection_timeout`. */
const TIMEOUT = 4;

/** `task_publish_retry_policy` */
const POLICY = { max_retries: 3, interval_start: 0, interval_step: 0.2, interval_max: 1 };

type BodyOptions = Readonly<Record<string, unknown>>;

/** The body's own `retry` and `retry_policy` count. */
export const publishPolicy = ({ retry, retry_policy: own }: BodyOptions): RetryPolicy => {
  const policy = { ...POLICY, ...(typeof own === 'object' && own) };
  const number = (name: keyof typeof POLICY): number => {
    const value = Number(policy[name] ?? POLICY[name]);
    return Number.isFinite(value) ? Math.max(0, value) : POLICY[name];
  };
  return {
    maxRetries: retry === false ? 0 : Math.trunc(number('max_retries')),
    intervalStart: number('interval_start'),
    intervalStep: number('interval_step'),
    intervalMax: number('interval_max'),
  };
};

/** In seconds, at least as long as the claim is. */
export const publishTime = (claimExpires: number, body: BodyOptions): number => {
  const { maxRetries, intervalStart, intervalStep, intervalMax } = publishPolicy(body);
  const retries = maxRetries ?? 0;
  const waits = Array.from({ length: Math.min(retries, 10_000) }, (_, n) =>
    Math.min(intervalStart + intervalStep * n, intervalMax),
  );
  const waited = waits.reduce((sum, wait) => sum + wait, 0);
  return Math.max(claimExpires, Math.ceil((retries + 1) * TIMEOUT + waited + TIMEOUT));
};
