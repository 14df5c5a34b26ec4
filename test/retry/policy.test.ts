import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import {
  checkedRetryPolicy,
  defaultRetryPolicy,
  intervals,
  mergeRetryPolicy,
} from '../../src/retry/policy.js';
import { vectors } from '../vectors.js';

const firstOf = (count: number, row: Iterable<number>): ReadonlyArray<number> => {
  const taken: Array<number> = [];
  for (const value of row) if (taken.push(value) === count) break;
  return taken;
};

// A policy has no way to stop early, and no `null` for a ceiling: Infinity is its name there.
const repeating = vectors('retry').filter((c) => c.op === 'fxrange' && c.repeatlast);

describe('intervals', () => {
  it.each(repeating)("are those of kombu's fxrange: $name", ({ start, stop, step, first_ten }) => {
    const policy = {
      maxRetries: null,
      intervalStart: start,
      intervalStep: step,
      intervalMax: stop === null ? Number.POSITIVE_INFINITY : stop - start,
    };
    // since kombu 5.7 retry_over_time cuts the row of fxrange down to interval_max
    const cut = first_ten.map((wait: number) => Math.min(wait, policy.intervalMax));
    expect(firstOf(10, intervals(policy))).toEqual(cut);
  });

  it('covers every recorded row that repeats its last value', () => {
    expect(repeating.length).toBeGreaterThan(20);
  });

  it('start from the first one each time they are iterated', () => {
    const row = intervals(defaultRetryPolicy);
    expect([firstOf(3, row), firstOf(3, row)]).toEqual([
      [0, 1, 1],
      [0, 1, 1],
    ]);
  });

  it('never shrink, and are never longer than intervalMax', () => {
    const part = fc.double({ min: 0.001, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(part, part, part, (intervalStart, intervalStep, intervalMax) => {
        const policy = { maxRetries: null, intervalStart, intervalStep, intervalMax };
        const taken = firstOf(50, intervals(policy));
        for (const [i, interval] of taken.entries()) {
          const before = taken[i - 1] ?? Math.min(intervalStart, intervalMax);
          expect(interval).toBeGreaterThanOrEqual(before - 1e-6);
          expect(interval).toBeLessThanOrEqual(intervalMax);
        }
      }),
    );
  });
});

describe('mergeRetryPolicy', () => {
  it.each(vectors('retry').filter((c) => c.op === 'ensure'))(
    'merges the transport options as Celery does: $name',
    ({ config, effective_policy }) => {
      const override = config.result_backend_transport_options.retry_policy ?? {};
      const merged = mergeRetryPolicy(defaultRetryPolicy, {
        maxRetries: override.max_retries,
        intervalStart: override.interval_start,
        intervalStep: override.interval_step,
        intervalMax: override.interval_max,
      });
      expect(merged).toEqual({
        maxRetries: effective_policy.max_retries,
        intervalStart: effective_policy.interval_start,
        intervalStep: effective_policy.interval_step,
        intervalMax: effective_policy.interval_max,
      });
    },
  );

  it('keeps the policy where nothing is overridden', () => {
    expect(mergeRetryPolicy(defaultRetryPolicy)).toStrictEqual(defaultRetryPolicy);
  });

  it('takes a timeout over, and null for that there is none', () => {
    const timed = mergeRetryPolicy(defaultRetryPolicy, { timeout: 2 });
    expect(timed).toStrictEqual({ ...defaultRetryPolicy, timeout: 2 });
    expect(mergeRetryPolicy(timed, { maxRetries: 1 })).toMatchObject({ timeout: 2 });
    expect(mergeRetryPolicy(timed, { timeout: null })).toMatchObject({ timeout: null });
  });
});

describe('checkedRetryPolicy', () => {
  it.each(['maxRetries', 'intervalStart', 'intervalStep', 'intervalMax', 'timeout'])(
    'refuses a %s that is NaN, negative, or no number',
    (field) => {
      for (const wrong of [Number.NaN, -1, '1', [], Symbol('1')]) {
        expect(checkedRetryPolicy({ [field]: wrong })).toMatchObject(
          E.left({ _tag: 'InvalidArgument', argument: field }),
        );
      }
    },
  );

  it('takes what is left out, null, 0 and Infinity', () => {
    const policy = { maxRetries: null, intervalStart: 0, intervalMax: Infinity, timeout: null };
    expect(checkedRetryPolicy(policy)).toEqual(E.right(policy));
  });
});
