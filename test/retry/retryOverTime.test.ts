import * as Rx from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import {
  ConnectionError,
  type ResultStoreError,
  type RetryLimitExceeded,
} from '../../src/errors/errors.js';
import { defaultRetryPolicy, type RetryPolicy } from '../../src/retry/policy.js';
import { retryOverTime } from '../../src/retry/retryOverTime.js';
import { vectors } from '../vectors.js';

const marbles = (body: (helpers: RunHelpers) => void): void =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body);

const lost = new ConnectionError('localhost:6379', false, new Error('ECONNREFUSED'));
/** Fails with the name and text of the error, which is all that a marble shows of it. */
const told = <T>(source: Rx.Observable<T>): Rx.Observable<T> =>
  source.pipe(Rx.catchError((error: Error) => Rx.throwError(() => String(error))));
const spent = (retries: number): string =>
  `RetryLimitExceeded: Retry limit exceeded after ${retries} retries: ${lost.message}`;
const policy = (maxRetries: number | null): RetryPolicy => ({ ...defaultRetryPolicy, maxRetries });

describe('retryOverTime', () => {
  it('passes a source that does not fail through', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a--b--|');
      expectObservable(source.pipe(retryOverTime(defaultRetryPolicy))).toBe('--a--b--|');
      expectSubscriptions(source.subscriptions).toBe('^-------!');
    }));

  it('retries at once, then after a second each, and fails when the policy is spent', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--#', undefined, lost);
      expectObservable(source.pipe(retryOverTime(policy(3)), told)).toBe(
        '---- 1s -- 1s --#',
        undefined,
        spent(3),
      );
      expectSubscriptions(source.subscriptions).toBe([
        '^-!',
        '--^-!',
        '---- 1s ^-!',
        '---- 1s -- 1s ^-!',
      ]);
    }));

  it('does not retry at all with a maximum of 0', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--#', undefined, lost);
      expectObservable(source.pipe(retryOverTime(policy(0)), told)).toBe(
        '--#',
        undefined,
        spent(0),
      );
      expectSubscriptions(source.subscriptions).toBe('^-!');
    }));

  it('retries for ever with a maximum of null', () =>
    marbles(({ cold, expectObservable }) => {
      const source = cold('#', undefined, lost);
      expectObservable(source.pipe(retryOverTime(policy(null))), '^ 60m !').toBe('-');
    }));

  it('passes an error that is not worth a retry through unchanged', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const refused = new Error('no ResultStoreError either');
      const source = cold('--#', undefined, refused);
      const when = (error: ResultStoreError) => error._tag === 'ConnectionError';
      expectObservable(source.pipe(retryOverTime(defaultRetryPolicy, { when }))).toBe(
        '--#',
        undefined,
        refused,
      );
      expectSubscriptions(source.subscriptions).toBe('^-!');
    }));

  it('ends the wait when it is unsubscribed from', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--#', undefined, lost);
      expectObservable(source.pipe(retryOverTime(defaultRetryPolicy)), '---- 500ms !').toBe('-');
      expectSubscriptions(source.subscriptions).toBe(['^-!', '--^-!']);
    }));

  it('counts on after a value, unless told otherwise', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-#', undefined, lost);
      expectObservable(source.pipe(retryOverTime(policy(1)), told)).toBe(
        'a-a-#',
        undefined,
        spent(1),
      );
      expectSubscriptions(source.subscriptions).toBe(['^-!', '--^-!']);
    }));

  it('starts the policy anew after a value with resetOnSuccess', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const links = [
        cold('#', undefined, lost),
        cold('#', undefined, lost),
        cold('a-#', undefined, lost),
        cold('#', undefined, lost),
        cold('b-|'),
      ];
      let next = 0;
      const link$ = Rx.defer(() => links[next++] ?? Rx.EMPTY);
      const result = link$.pipe(retryOverTime(policy(2), { resetOnSuccess: true }));
      expectObservable(result).toBe('1s a- 1s b-|');
      expectSubscriptions(links[2]?.subscriptions ?? []).toBe('1s ^-!');
      expectSubscriptions(links[4]?.subscriptions ?? []).toBe('1s -- 1s ^-!');
    }));

  it('gives each subscriber the policy from its start', () =>
    marbles(({ cold, expectObservable }) => {
      const result = cold('#', undefined, lost).pipe(retryOverTime(policy(2)), told);
      expectObservable(result).toBe('1s #', undefined, spent(2));
      expectObservable(result, '300ms ^').toBe('1300ms #', undefined, spent(2));
    }));

  it('names the last error as the cause once the policy is spent', () => {
    const scheduler = new Rx.VirtualTimeScheduler();
    const causes: Array<unknown> = [];
    let calls = 0;
    const failures = [lost, new ConnectionError('localhost:6379', true, new Error('ECONNRESET'))];
    Rx.defer(() => Rx.throwError(() => failures[calls++]))
      .pipe(retryOverTime(policy(1), { scheduler }))
      .subscribe({ error: (error: RetryLimitExceeded) => causes.push(error.cause) });
    scheduler.flush();
    expect(causes).toHaveLength(1);
    expect(causes[0]).toBe(failures[1]);
  });

  it('waits on the scheduler it is given', () => {
    const scheduler = new Rx.VirtualTimeScheduler();
    const finished: Array<number> = [];
    Rx.throwError(() => lost)
      .pipe(retryOverTime(policy(4), { scheduler }))
      .subscribe({ error: () => finished.push(scheduler.now()) });
    expect(finished).toEqual([]);
    scheduler.flush();
    expect(finished).toEqual([3000]);
  });

  it('gives up at the first failure after its timeout, without cutting a wait short', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('#', undefined, lost);
      const timed = { ...policy(null), intervalMax: 3, timeout: 2 };
      // waits of 0, 1 and 2 s: the third failure is in time still, the fourth is not
      expectObservable(source.pipe(retryOverTime(timed), told)).toBe('3s #', undefined, spent(3));
      expectSubscriptions(source.subscriptions).toBe(['(^!)', '(^!)', '1s (^!)', '3s (^!)']);
    }));

  it('counts a try that took long towards its timeout', () =>
    marbles(({ cold, expectObservable }) => {
      const source = cold('2001ms #', undefined, lost);
      const timed = { ...policy(null), timeout: 2 };
      expectObservable(source.pipe(retryOverTime(timed), told)).toBe(
        '2001ms #',
        undefined,
        spent(0),
      );
    }));

  it.each([0, null, undefined])('has no end of its own with a timeout of %s', (timeout) =>
    marbles(({ cold, expectObservable }) => {
      const source = cold('#', undefined, lost);
      expectObservable(source.pipe(retryOverTime({ ...policy(null), timeout })), '^ 60m !').toBe(
        '-',
      );
    }),
  );

  it('ends by its maximum where that comes before its timeout', () =>
    marbles(({ cold, expectObservable }) => {
      const source = cold('#', undefined, lost);
      const timed = { ...policy(2), timeout: 60 };
      expectObservable(source.pipe(retryOverTime(timed), told)).toBe('1s #', undefined, spent(2));
    }));

  it('starts its timeout anew with the failure after a value, with resetOnSuccess', () =>
    marbles(({ cold, expectObservable }) => {
      const links = [cold('a 1h #', undefined, lost), cold('#', undefined, lost), cold('b|')];
      let next = 0;
      const link$ = Rx.defer(() => links[next++] ?? Rx.EMPTY);
      const timed = { ...policy(null), timeout: 2 };
      const result = link$.pipe(retryOverTime(timed, { resetOnSuccess: true }));
      expectObservable(result).toBe('a 1h 1s b|');
    }));

  it('gives each subscriber its timeout from its start', () =>
    marbles(({ cold, expectObservable }) => {
      const timed = { ...policy(null), timeout: 1 };
      const result = cold('#', undefined, lost).pipe(retryOverTime(timed), told);
      expectObservable(result).toBe('2s #', undefined, spent(3));
      expectObservable(result, '10s ^').toBe('12s #', undefined, spent(3));
    }));

  it('refuses a policy that holds a NaN, rather than to retry without a wait', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('#', undefined, lost);
      const wrong = { ...policy(null), intervalStart: Number.NaN };
      expectObservable(source.pipe(retryOverTime(wrong), told)).toBe(
        '#',
        undefined,
        'InvalidArgument: intervalStart of a retry policy must be a number of at least 0, not NaN',
      );
      expectSubscriptions(source.subscriptions).toBe([]);
    }));

  it('waits as long as a timer can count where told to wait for longer', () =>
    marbles(({ cold, expectObservable }) => {
      const source = cold('#', undefined, lost);
      const long = { ...policy(1), intervalStart: 1e12, intervalMax: 1e12 };
      expectObservable(source.pipe(retryOverTime(long), told)).toBe(
        '2147483647ms #',
        undefined,
        spent(1),
      );
    }));

  it('fails with what onRetry threw', () =>
    marbles(({ cold, expectObservable }) => {
      const bug = new Error('a bug in the logger');
      const onRetry = () => {
        throw bug;
      };
      const source = cold('--#', undefined, lost);
      const result = source.pipe(retryOverTime(defaultRetryPolicy, { onRetry }));
      expectObservable(result).toBe('--#', undefined, bug);
    }));
});

describe("retryOverTime as kombu's retry_over_time", () => {
  const defaults = { max_retries: null, interval_start: 2, interval_step: 2, interval_max: 30 };
  const runs = vectors('retry')
    .filter((c) => c.op === 'retry_over_time' || c.op === 'ensure')
    // Python's TypeErrors: such a policy does not compile here.
    .filter((c) => c.raised?.type !== 'builtins.TypeError');

  it('has a recorded run for each kind of policy', () => {
    expect(runs.length).toBeGreaterThan(20);
  });

  // 5.2.6 is recorded with a kombu that did not cut its waits down to interval_max
  it.each(runs.filter((c) => c.celery !== '5.2.6'))(
    'retries as often and waits as long: $name',
    (c) => {
      const recorded = { ...defaults, ...(c.effective_policy ?? c.policy) };
      const scheduler = new Rx.VirtualTimeScheduler(undefined, Number.POSITIVE_INFINITY);
      const calls: Array<number> = [];
      const retries: Array<readonly [number, number]> = [];
      const outcome: Array<unknown> = [];
      const flaky = Rx.defer(() => {
        calls.push(scheduler.now());
        return calls.length <= c.fails ? Rx.throwError(() => lost) : Rx.of('done');
      });
      const policy: RetryPolicy = {
        maxRetries: recorded.max_retries,
        intervalStart: recorded.interval_start,
        intervalStep: recorded.interval_step,
        intervalMax: recorded.interval_max,
      };
      const onRetry = (_: ResultStoreError, retry: number, seconds: number) => {
        retries.push([retry, seconds]);
      };
      flaky.pipe(retryOverTime(policy, { onRetry, scheduler })).subscribe({
        next: (value) => outcome.push(value),
        error: (error) => outcome.push(String(error)),
      });
      scheduler.flush();

      expect(calls).toHaveLength(c.calls);
      if (c.tts !== undefined) expect(retries).toEqual(c.tts);
      expect(outcome).toEqual([c.raised === undefined ? 'done' : spent(c.calls - 1)]);

      const waits = calls.map((at, i) => at - (calls[i - 1] ?? 0));
      const slept: ReadonlyArray<number> = c.slept_before_each_call;
      // For a negative interval kombu sleeps its fraction (-0.5 s: 0.5 s); here it is no wait.
      const wanted = slept.map((seconds, i) => ((c.tts?.[i - 1]?.[1] ?? 0) < 0 ? 0 : seconds));
      expect(waits).toEqual(wanted.map((seconds) => Math.round(seconds * 1000)));
    },
  );
});
