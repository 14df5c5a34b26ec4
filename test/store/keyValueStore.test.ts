import * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { connect } from '../../src/backend/connect.js';
import { RedisBackend } from '../../src/backend/redisBackend.js';
import type { Logger } from '../../src/config/options.js';
import { CommandTimeout, ConnectionError, ResponseError } from '../../src/errors/errors.js';
import { memoryStore } from '../../src/memory/memoryStore.js';
import { fromObservable, of } from '../../src/operation/operation.js';
import { OfflineQueue } from '../../src/redis/offlineQueue.js';
import { intervals } from '../../src/retry/policy.js';
import { MAX_VALUE_SIZE } from '../../src/store/valueSize.js';
import { testBackend } from '../../src/testing/index.js';
import { lost, marbles, told } from '../consumer/marbles.js';
import { picked, vectors } from '../vectors.js';
import { backendOver, storeWith } from './backendOver.js';

const noted = (): { readonly logger: Logger; readonly lines: Array<string> } => {
  const lines: Array<string> = [];
  return { lines, logger: { warn: () => undefined, error: (line) => lines.push(line) } };
};

/** Fails so many times, then gives the value; and how often it was run. */
const flaky = <A>(fails: number, value: A, error: Error = lost) => {
  const runs: Array<number> = [];
  const operation = fromObservable(
    Rx.defer(() => {
      runs.push(runs.length + 1);
      return runs.length <= fails ? Rx.throwError(() => error) : Rx.of(value);
    }),
  );
  return { operation, runs };
};

describe('the commands of a backend', () => {
  it('read, write and delete what a key holds', () =>
    marbles(({ expectObservable }, scheduler) => {
      const store = memoryStore({ scheduler });
      const backend = backendOver(store, { scheduler, expires: 60 });
      const all$ = Rx.concat(
        backend.get('k'),
        backend.set('k', 'v'),
        Rx.defer(() => Rx.of(store.ttl('k'))),
        backend.get('k'),
        backend.mget(['k', 'none']),
        backend.mget([]),
        backend.expire('k', 5),
        Rx.defer(() => Rx.of(store.ttl('k'))),
        backend.expire('none', 5),
        backend.delete('k'),
        backend.delete('k'),
        backend.incr('n'),
        backend.incr('n'),
      );
      const v = O.some(Buffer.from('v'));
      expectObservable(all$.pipe(Rx.toArray())).toBe('(x|)', {
        x: [O.none, 0, 60, v, [v, O.none], [], true, 5, false, 1, 0, 1, 2],
      });
    }));

  it('set without an expiry where expires is 0 or null', () =>
    marbles(({ expectObservable }, scheduler) => {
      for (const expires of [0, null]) {
        const store = memoryStore({ scheduler });
        const backend = backendOver(store, { scheduler, expires });
        const ttl$ = Rx.from(backend.set('k', 'v')).pipe(Rx.map(() => store.ttl('k')));
        expectObservable(ttl$).toBe('(t|)', { t: -1 });
      }
    }));

  it('publish what they set, and tell how many heard', () =>
    marbles(({ cold, expectObservable }, scheduler) => {
      const store = memoryStore({ scheduler });
      const backend = backendOver(store, { scheduler });
      const heard$ = store.subscriber$.pipe(
        Rx.mergeMap(({ messages$, follow }) => Rx.merge(messages$, Rx.from(follow(['k'])))),
        Rx.filter((one) => 'payload' in one),
        Rx.map(({ payload }) => String(payload)),
      );
      expectObservable(heard$).toBe('--v');
      expectObservable(cold('--x').pipe(Rx.mergeMap(() => backend.set('k', 'v')))).toBe('--1', {
        1: 1,
      });
    }));

  it('refuse a value over 512 MB at once, without sending it', () =>
    marbles(({ expectObservable }, scheduler) => {
      const { operation, runs } = flaky(0, 1);
      const backend = backendOver(storeWith({ set: () => operation }, scheduler), { scheduler });
      expectObservable(told(Rx.from(backend.set('k', Buffer.alloc(MAX_VALUE_SIZE + 1))))).toBe(
        '#',
        undefined,
        'ValueTooLarge: k: value too large for Redis backend (536870913 bytes, at most 536870912)',
      );
      expect(runs).toEqual([]);
    }));
});

describe('a lost connection', () => {
  it('is waited out by all that is harmless to run again', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const { logger } = noted();
      const value = flaky(2, O.none);
      const values = flaky(2, []);
      const count = flaky(2, 1);
      const flag = flaky(2, true);
      const backend = backendOver(
        storeWith(
          {
            get: () => value.operation,
            mget: () => values.operation,
            set: () => count.operation,
            delete: () => count.operation,
            expire: () => flag.operation,
          },
          scheduler,
        ),
        { scheduler, logger },
      );
      expectObservable(Rx.from(backend.get('k'))).toBe('1s (x|)', { x: O.none });
      expectObservable(Rx.from(backend.mget(['k']))).toBe('1s (x|)', { x: [] });
      expectObservable(Rx.from(backend.expire('k', 1))).toBe('1s (x|)', { x: true });
      expectObservable(Rx.from(backend.set('k', 'v'))).toBe('1s (x|)', { x: 1 });
      flush();
      expect([value.runs, values.runs, flag.runs, count.runs]).toEqual(Array(4).fill([1, 2, 3]));
    }));

  it('is waited out by incr only where the command surely was not sent', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const { logger } = noted();
      const unsent = flaky(2, 7);
      const reset = flaky(2, 7, new ConnectionError('h:1', true, new Error('ECONNRESET')));
      const overdue = flaky(2, 7, new CommandTimeout('INCR', 'k', 10));
      const counters: Readonly<Record<string, typeof unsent>> = { unsent, reset, overdue };
      const backend = backendOver(
        storeWith({ incr: (key) => counters[key]?.operation ?? of(0) }, scheduler),
        { scheduler, logger },
      );
      expectObservable(Rx.from(backend.incr('unsent'))).toBe('1s (x|)', { x: 7 });
      expectObservable(told(Rx.from(backend.incr('reset')))).toBe(
        '#',
        undefined,
        'ConnectionError: Redis at h:1: ECONNRESET',
      );
      expectObservable(told(Rx.from(backend.incr('overdue')))).toBe(
        '#',
        undefined,
        'CommandTimeout: INCR k: no reply within 10 s',
      );
      flush();
      expect([unsent.runs, reset.runs, overdue.runs]).toEqual([[1, 2, 3], [1], [1]]);
    }));

  it('is not confused with an error reply, which fails at once', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const refused = new ResponseError('WRONGTYPE', 'GET', 'k', new Error('WRONGTYPE'));
      const { operation, runs } = flaky(1, O.none, refused);
      const backend = backendOver(storeWith({ get: () => operation }, scheduler), { scheduler });
      expectObservable(Rx.from(backend.get('k'))).toBe('#', undefined, refused);
      flush();
      expect(runs).toEqual([1]);
    }));

  it('may be waited out by another policy than that of the backend', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.down('^');
      expectObservable(told(Rx.from(backend.set('k', 'v', { maxRetries: 1 }))), '-^').toBe(
        '-#',
        undefined,
        'RetryLimitExceeded: Retry limit exceeded after 1 retries: Redis at memory://: connection refused',
      );
    }));

  it('lets no more than maxOfflineQueue operations wait between their retries', () =>
    marbles(({ expectObservable }, scheduler) => {
      const { logger } = noted();
      const written = { url: 'memory://', scheduler, logger };
      const queue = new OfflineQueue(2);
      const store = memoryStore({ scheduler });
      const backend = new RedisBackend(written, {
        ...connect(written),
        connection: store,
        hold: (wait) => queue.hold(wait),
      });
      scheduler.schedule(() => store.down(true), 0);
      scheduler.schedule(() => store.down(false), 4);
      const set$ = told(Rx.from(backend.set('k', 'v', { intervalStart: 0.005 })));
      expectObservable(set$, '-^').toBe('------(x|)', { x: 0 });
      expectObservable(set$, '-^').toBe('------(x|)', { x: 0 });
      expectObservable(set$, '-^').toBe(
        '-#',
        undefined,
        'OfflineQueueFull: 2 operations are waiting for a connection to Redis already (maxOfflineQueue)',
      );
      expectObservable(set$, '--------^').toBe('--------(x|)', { x: 0 });
    }));

  it('is logged once a second, however many operations meet it', () =>
    marbles(({ flush }, scheduler) => {
      const { logger, lines } = noted();
      const backend = testBackend(scheduler, { logger });
      backend.down('^ 1500ms !');
      scheduler.schedule(() => {
        for (let i = 0; i < 100; i += 1) backend.get(`k${i}`).subscribe();
      }, 1);
      flush();
      expect(lines).toEqual([
        'Connection to Redis lost: Retry (0/20) now.',
        'Connection to Redis lost: Retry (1/20) in 1.00 second.',
        'Connection to Redis lost: Retry (2/20) in 1.00 second.',
      ]);
    }));
});

describe('ensure', () => {
  it.each(picked(vectors('retry'), (c) => c.op === 'ensure' && c.celery === '5.7.0'))(
    'calls as often, waits as long and logs as Celery does: $name',
    (c) =>
      marbles(({ flush }, scheduler) => {
        const { logger, lines } = noted();
        const { max_retries, interval_start, interval_step, interval_max } = c.effective_policy;
        const backend = testBackend(scheduler, {
          logger,
          retryPolicy: {
            maxRetries: max_retries,
            intervalStart: interval_start,
            intervalStep: interval_step,
            intervalMax: interval_max,
          },
        });
        const calls: Array<number> = [];
        const outcome: Array<unknown> = [];
        const fun = (value: string) => {
          calls.push(scheduler.now());
          return calls.length <= c.fails ? Rx.throwError(() => lost) : Rx.of(value);
        };
        backend.ensure(fun, ['done']).subscribe({
          next: (value) => outcome.push(value),
          error: ({ _tag }) => outcome.push(_tag),
        });
        flush();
        const waits = calls.map((at, i) => at - (calls[i - 1] ?? 0));
        const slept: ReadonlyArray<number> = c.slept_before_each_call;
        expect(waits).toEqual(slept.map((seconds) => Math.round(seconds * 1000)));
        // what is logged again within its second is left out here
        const recorded: ReadonlyArray<readonly [string, string]> = c.log;
        const loggedHere = new Set(lines);
        expect([...loggedHere]).toEqual([...new Set(recorded.map(([, line]) => line))]);
        expect(outcome).toEqual([c.raised === undefined ? 'done' : 'RetryLimitExceeded']);
      }),
  );

  it('fails at once with what is no lost connection', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const backend = testBackend(scheduler);
      const bug = flaky(1, 1, new TypeError('a bug'));
      expectObservable(told(Rx.from(backend.ensure(() => bug.operation, [])))).toBe(
        '#',
        undefined,
        'UnexpectedError: a bug',
      );
      flush();
      expect(bug.runs).toEqual([1]);
    }));

  it('merges the policy it is given with that of the backend', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler, { retryPolicy: { intervalStart: 0.01 } });
      const { operation } = flaky(9, 1);
      expectObservable(told(Rx.from(backend.ensure(() => operation, [], { maxRetries: 1 })))).toBe(
        '10ms #',
        undefined,
        `RetryLimitExceeded: Retry limit exceeded after 1 retries: ${lost.message}`,
      );
    }));

  it('gives up once the timeout of its policy is over', () =>
    marbles(({ expectObservable }, scheduler) => {
      const { logger } = noted();
      const backend = testBackend(scheduler, { logger, retryPolicy: { timeout: 2 } });
      backend.down('^');
      const spent = (retries: number) =>
        `RetryLimitExceeded: Retry limit exceeded after ${retries} retries: Redis at memory://: connection refused`;
      expectObservable(told(Rx.from(backend.get('k'))), '-^').toBe('- 3s #', undefined, spent(4));
      const sooner = backend.set('k', 'v', { timeout: 1 });
      expectObservable(told(Rx.from(sooner)), '-^').toBe('- 2s #', undefined, spent(3));
      const never = backend.set('k', 'v', { timeout: null });
      expectObservable(told(Rx.from(never)), '-^').toBe('- 19s #', undefined, spent(20));
    }));

  it.each([Number.NaN, -1, '1', {}])('refuses a policy of %s, and runs nothing', (wrong) =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const backend = testBackend(scheduler);
      const { operation, runs } = flaky(0, 1);
      const policy = { intervalStart: wrong } as { intervalStart: number };
      const refused =
        'InvalidArgument: intervalStart of a retry policy must be a number of at least 0, not NaN';
      const ensured = backend.ensure(() => operation, [], policy);
      expectObservable(told(Rx.from(ensured))).toBe('#', undefined, refused);
      expectObservable(told(Rx.from(backend.set('k', 'v', policy)))).toBe('#', undefined, refused);
      flush();
      expect(runs).toEqual([]);
    }),
  );

  it('stops its retries when it is unsubscribed from', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const backend = testBackend(scheduler);
      const { operation, runs } = flaky(9, 1);
      expectObservable(Rx.from(backend.ensure(() => operation, [])), '^ 1500ms !').toBe('-');
      flush();
      expect(runs).toEqual([1, 2, 3]);
    }));
});

describe('what a backend tells of a lost connection', () => {
  it('is whether to retry', () =>
    marbles((_, scheduler) => {
      const backend = testBackend(scheduler);
      expect(backend.exceptionSafeToRetry(lost)).toBe(true);
      expect(backend.exceptionSafeToRetry(new Error('ECONNRESET'))).toBe(false);
    }));

  it('is when to, in the words of Celery', () =>
    marbles((_, scheduler) => {
      const { logger, lines } = noted();
      const backend = testBackend(scheduler, { logger });
      const row = intervals(backend.retryPolicy)[Symbol.iterator]();
      expect(backend.onConnectionError(20, lost, row, 0)).toBe(0);
      expect(backend.onConnectionError(20, lost, row, 1)).toBe(1);
      expect(backend.onConnectionError(null, lost, row, 2)).toBe(1);
      expect(lines).toEqual([
        'Connection to Redis lost: Retry (0/20) now.',
        'Connection to Redis lost: Retry (1/20) in 1.00 second.',
        'Connection to Redis lost: Retry (2/Inf) in 1.00 second.',
      ]);
    }));

  it('is a policy, which the options fill in', () =>
    marbles((_, scheduler) => {
      expect(testBackend(scheduler).retryPolicy).toEqual({
        maxRetries: 20,
        intervalStart: 0,
        intervalStep: 1,
        intervalMax: 1,
      });
      expect(testBackend(scheduler, { retryPolicy: { maxRetries: 3 } }).retryPolicy).toMatchObject({
        maxRetries: 3,
        intervalStep: 1,
      });
    }));
});
