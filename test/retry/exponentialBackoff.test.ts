import * as fc from 'fast-check';
import * as Rx from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { ConnectionError, ResponseError } from '../../src/errors/errors.js';
import {
  backoffBound,
  backoffInterval,
  defaultBackoffPolicy,
  exponentialBackoff,
} from '../../src/retry/exponentialBackoff.js';
import { vectors } from '../vectors.js';

const cases = vectors('retry');
const casesOf = (op: string) => cases.filter((c) => c.op === op);
const lost = new ConnectionError('localhost:6379', false, new Error('ECONNREFUSED'));
/** Fails with the name and text of the error, which is all that a marble shows of it. */
const told = <T>(source: Rx.Observable<T>): Rx.Observable<T> =>
  source.pipe(Rx.catchError((error: Error) => Rx.throwError(() => String(error))));
const spent = (retries: number): string =>
  `RetryLimitExceeded: Retry limit exceeded after ${retries} retries: ${lost.message}`;

/** The largest draw that `Math.random` could make. */
const largest = (): number => 1 - Number.EPSILON / 2;
const smallest = (): number => 0;

describe('backoffBound', () => {
  it.each(casesOf('backoff'))('doubles up to the maximum, as in Celery: $name', (c) => {
    const policy = { baseMs: c.factor, maximumMs: c.maximum };
    const bounds = c.no_jitter.map((_: number, retries: number) => backoffBound(policy, retries));
    expect(bounds).toEqual(c.no_jitter);
  });

  it('is finite after any number of retries', () => {
    expect(backoffBound(defaultBackoffPolicy, 1e9)).toBe(10_000);
    expect(backoffBound({ baseMs: 0, maximumMs: 10_000 }, 1e9)).toBe(0);
  });
});

describe('backoffInterval', () => {
  it.each(casesOf('backoff_full_jitter'))("draws from Celery's range: $name", (c) => {
    const policy = { baseMs: c.factor, maximumMs: c.maximum };
    for (const [retries, draw] of c.draws.entries()) {
      expect(backoffInterval(policy, retries, largest)).toBe(draw.largest);
      expect(backoffInterval(policy, retries, smallest)).toBe(0);
    }
  });

  it('is a whole number from 0 to the bound', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const policy = fc.record({ baseMs: fc.nat(1000), maximumMs: fc.nat(100_000) });
    fc.assert(
      fc.property(policy, fc.nat(100), random, (policy, retries, draw) => {
        const interval = backoffInterval(policy, retries, () => draw);
        expect(Number.isInteger(interval)).toBe(true);
        expect(interval).toBeGreaterThanOrEqual(0);
        expect(interval).toBeLessThanOrEqual(backoffBound(policy, retries));
      }),
    );
  });
});

describe('exponentialBackoff', () => {
  const marbles = (body: (helpers: RunHelpers) => void): void =>
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body);

  it('waits twice as long each time, up to the maximum, then fails', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-#', undefined, lost);
      const policy = { baseMs: 10, maximumMs: 50, maxRetries: 3 };
      expectObservable(source.pipe(exponentialBackoff(policy, { random: largest }), told)).toBe(
        '- 20ms - 40ms - 50ms -#',
        undefined,
        spent(3),
      );
      expectSubscriptions(source.subscriptions).toBe([
        '^!',
        '- 20ms ^!',
        '- 20ms - 40ms ^!',
        '- 20ms - 40ms - 50ms ^!',
      ]);
    }));

  it('draws each wait anew', () =>
    marbles(({ cold, expectObservable }) => {
      const draws = [0.5, 0, 0.25];
      const source = cold('#', undefined, lost);
      const policy = { baseMs: 10, maximumMs: 1000, maxRetries: 3 };
      const random = () => draws.shift() ?? 0;
      expectObservable(source.pipe(exponentialBackoff(policy, { random }), told)).toBe(
        '10ms 20ms #',
        undefined,
        spent(3),
      );
    }));

  it('passes an error that is not worth a retry through unchanged', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const refused = new ResponseError('WRONGTYPE', 'GET', 'k', new Error('WRONGTYPE'));
      const source = cold('--#', undefined, refused);
      const when = (error: Error) => error instanceof ConnectionError;
      const result = source.pipe(exponentialBackoff(defaultBackoffPolicy, { when }));
      expectObservable(result).toBe('--#', undefined, refused);
      expectSubscriptions(source.subscriptions).toBe('^-!');
    }));

  it('ends the wait when it is unsubscribed from', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-#', undefined, lost);
      const result = source.pipe(exponentialBackoff(defaultBackoffPolicy, { random: largest }));
      expectObservable(result, '10ms !').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('^!');
    }));
});

describe("exponentialBackoff as Celery's result_backend_always_retry", () => {
  const runs = casesOf('always_retry').filter((c) => c.config.result_backend_always_retry);
  // 5.2.6 has the setting, but does not retry on Redis.
  it.each(runs.filter((c) => c.celery === '5.7.0'))('retries as often and as late: $name', (c) => {
    const scheduler = new Rx.VirtualTimeScheduler(undefined, Number.POSITIVE_INFINITY);
    const sleeps: Array<number> = [];
    const outcome: Array<unknown> = [];
    let calls = 0;
    const flaky = Rx.defer(() => {
      calls += 1;
      return calls <= c.fails ? Rx.throwError(() => lost) : Rx.of('done');
    });
    const policy = {
      baseMs: c.config.result_backend_base_sleep_between_retries_ms ?? defaultBackoffPolicy.baseMs,
      maximumMs:
        c.config.result_backend_max_sleep_between_retries_ms ?? defaultBackoffPolicy.maximumMs,
      maxRetries: c.config.result_backend_max_retries ?? defaultBackoffPolicy.maxRetries,
    };
    flaky
      .pipe(
        exponentialBackoff(policy, {
          random: largest,
          scheduler,
          onRetry: (_, retries, seconds) => {
            expect(retries).toBe(sleeps.length);
            sleeps.push(seconds);
          },
        }),
      )
      .subscribe({
        next: (value) => outcome.push(value),
        error: (error) => outcome.push(String(error)),
      });
    scheduler.flush();

    expect(calls).toBe(c.calls);
    expect(sleeps).toEqual(c.sleeps);
    expect(scheduler.now()).toBe(
      c.sleeps.reduce((total: number, seconds: number) => total + Math.round(seconds * 1000), 0),
    );
    expect(outcome).toEqual([c.raised === undefined ? 'done' : spent(c.calls - 1)]);
  });
});
