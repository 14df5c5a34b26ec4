import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { RedisBackend } from '../../src/backend/redisBackend.js';
import { memoryStore } from '../../src/memory/memoryStore.js';
import { fromRun } from '../../src/operation/operation.js';
import { fromSource } from '../../src/operation/run.js';
import { OfflineQueue } from '../../src/redis/offlineQueue.js';
import { intervals } from '../../src/retry/policy.js';
import { testBackend } from '../../src/testing/index.js';
import { lost, marbles, told } from '../consumer/marbles.js';
import { vectors } from '../vectors.js';
import { backendOver, flaky, noted } from './backendOver.js';

describe('a lost connection', () => {
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
      const queue = new OfflineQueue(2);
      const store = memoryStore({ scheduler });
      const backend = backendOver({ ...store, queue }, { scheduler, logger });
      scheduler.schedule(() => store.down(true), 0);
      scheduler.schedule(() => store.down(false), 4);
      const set$ = told(Rx.from(backend.set('k', 'v', { intervalStart: 0.005 })));
      expectObservable(set$, '-^').toBe('------(x|)', { x: 0 });
      expectObservable(set$, '-^').toBe('------(x|)', { x: 0 });
      expectObservable(set$, '-^').toBe(
        '-#',
        undefined,
        'OfflineQueueFull: 2 operations are waiting for a connection to Redis already',
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
  it.each(vectors('retry').filter((c) => c.op === 'ensure' && c.celery === '5.7.0'))(
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
      expectObservable(told(Rx.from(backend.ensure(() => bug.source, [])))).toBe(
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
      const { source } = flaky(9, 1);
      expectObservable(told(Rx.from(backend.ensure(() => source, [], { maxRetries: 1 })))).toBe(
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
      const { source, runs } = flaky(0, 1);
      const policy = { intervalStart: wrong } as { intervalStart: number };
      const refused =
        'InvalidArgument: intervalStart of a retry policy must be a number of at least 0, not NaN';
      const ensured = backend.ensure(() => source, [], policy);
      expectObservable(told(Rx.from(ensured))).toBe('#', undefined, refused);
      expectObservable(told(Rx.from(backend.set('k', 'v', policy)))).toBe('#', undefined, refused);
      flush();
      expect(runs).toEqual([]);
    }),
  );

  it('stops its retries when it is unsubscribed from', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const backend = testBackend(scheduler);
      const { source, runs } = flaky(9, 1);
      expectObservable(Rx.from(backend.ensure(() => source, [])), '^ 1500ms !').toBe('-');
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

  it('is which address it was, and why, as a warning before them', () =>
    marbles((_, scheduler) => {
      const lines: Array<string> = [];
      const log = (line: string) => lines.push(line);
      const backend = testBackend(scheduler, { logger: { warn: log, error: log } });
      const row = intervals(backend.retryPolicy)[Symbol.iterator]();
      backend.onConnectionError(20, lost, row, 0);
      // within the second, once
      backend.onConnectionError(20, lost, row, 1);
      expect(lines).toEqual([
        'Could not connect: Redis at localhost:6379: ECONNRESET',
        'Connection to Redis lost: Retry (0/20) now.',
        'Connection to Redis lost: Retry (1/20) in 1.00 second.',
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

describe('an operation', () => {
  it('is a Left where it meets an argument that throws', async () => {
    const backend = new RedisBackend({ url: 'memory://' });
    const trap = (): never => {
      throw new TypeError('a bug');
    };
    const bad = new Proxy({}, { get: trap, has: trap, ownKeys: trap }) as never;
    for (const operation of [
      backend.get(bad),
      backend.mget(bad),
      backend.set(bad, bad),
      backend.incr(bad),
      backend.storeResult(bad, bad, bad, bad),
      backend.markAsDone('a', 1, bad),
      backend.markAsFailure('a', bad, bad),
      backend.saveGroup('g', bad),
      backend.getTaskMeta(bad),
      backend.onTaskCall(null, bad),
      backend.ensure(bad, bad),
    ]) {
      expect(await operation()).toMatchObject({ _tag: 'Left' });
    }
    await backend.close()();
  });

  it('keeps its place in the queue through all its retries, to its end', () =>
    marbles(({ cold, expectObservable }, scheduler) => {
      const { logger } = noted();
      const queue = new OfflineQueue(1);
      const store = memoryStore({ scheduler });
      let tries = 0;
      const slow = fromSource(
        Rx.defer(() => {
          tries += 1;
          return tries < 3 ? Rx.throwError(() => lost) : cold('--(x|)', { x: O.none });
        }),
      );
      const backend = backendOver(
        { ...store, queue, commands: { ...store.commands, get: () => slow } },
        { scheduler, logger, retryPolicy: { intervalStart: 0.002, intervalMax: 0.002 } },
      );
      const places$ = Rx.timer(0, 1, scheduler).pipe(
        Rx.take(9),
        Rx.map(() => {
          const place = queue.enter();
          if (E.isRight(place)) place.right();
          return E.isRight(place) ? 'f' : 't';
        }),
      );
      expectObservable(backend.get('k'), '-^').toBe('-------(x|)', { x: O.none });
      // taken from its first failure to its end, its last try included
      expectObservable(places$).toBe('fttttttf(f|)');
    }));

  it('leaves its place where nobody waits for it any more', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const { logger } = noted();
      const queue = new OfflineQueue(1);
      const store = memoryStore({ scheduler });
      const backend = backendOver({ ...store, queue }, { scheduler, logger });
      scheduler.schedule(() => store.down(true), 0);
      expectObservable(backend.get('k'), '-^-!').toBe('-');
      flush();
      expect(E.isRight(queue.enter())).toBe(true);
    }));

  it('waits for a link in the queue, or is refused there, before it is sent', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const queue = new OfflineQueue(1);
      const store = memoryStore({ scheduler });
      const { run, runs } = flaky(0, O.none);
      const backend = backendOver(
        { ...store, queue, isReady: () => false, commands: { ...store.commands, get: () => run } },
        { scheduler },
      );
      const place = queue.enter();
      expectObservable(told(backend.get('k'))).toBe(
        '#',
        undefined,
        'OfflineQueueFull: 1 operations are waiting for a connection to Redis already',
      );
      scheduler.schedule(() => E.isRight(place) && place.right(), 2);
      expectObservable(backend.get('k'), '---^').toBe('---(x|)', { x: O.none });
      flush();
      expect(runs).toEqual([1]);
    }));
});

describe('close', () => {
  const done = { x: undefined };
  const closed = 'Closed: The backend is closed';

  /** A store whose get takes so long, and a backend over it. */
  const slow = (scheduler: TestScheduler, get: Rx.Observable<O.Option<Buffer>>) => {
    const { logger } = noted();
    const store = memoryStore({ scheduler });
    const commands = { ...store.commands, get: () => fromSource(get) };
    return backendOver({ ...store, commands }, { scheduler, logger });
  };

  it('refuses what comes later, and may be repeated', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      expectObservable(backend.close()).toBe('(x|)', done);
      expectObservable(backend.close(), '-^').toBe('-(x|)', done);
      for (const operation of [
        backend.get('k'),
        backend.getState('a'),
        backend.storeResult('a', 1, 'SUCCESS'),
        backend.ensure(() => 1, []),
        backend.onTaskCall(null, 'a'),
        backend.asyncResult('a').get({ timeout: 0 }),
      ]) {
        expectObservable(told<unknown>(operation), '--^').toBe('--#', undefined, closed);
      }
    }));

  it('waits for the operations under way, which end as they would have', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const get = cold('-----(v|)', { v: O.none });
      const backend = slow(scheduler, get);
      expectObservable(backend.get('k')).toBe('-----(v|)', { v: O.none });
      expectObservable(backend.close(), '--^').toBe('-----(x|)', done);
      expectObservable(backend.close(), '---^').toBe('-----(x|)', done);
      expectSubscriptions(get.subscriptions).toBe('^----!');
    }));

  it('waits for all that a store needs, a second command included', () =>
    marbles(({ expectObservable }, scheduler) => {
      const store = memoryStore({ scheduler });
      const asked: Array<Buffer | undefined> = [];
      const commands = {
        ...store.commands,
        store: (...[write, expected]: Parameters<typeof store.commands.store>) => {
          asked.push(expected);
          return fromSource(
            fromRun(store.commands.store(write, expected)).pipe(Rx.delay(3, scheduler)),
          );
        },
      };
      const backend = backendOver({ ...store, commands }, { scheduler });
      const failed = backend.markAsFailure('a', new Error('first'));
      expectObservable(failed).toBe('---(x|)', done);
      const stored = backend.storeResult('a', 1, 'SUCCESS');
      expectObservable(stored, '----^').toBe('----------(s|)', {
        s: { _tag: 'Stored', receivers: 0 },
      });
      expectObservable(backend.close(), '-----^').toBe('----------(x|)', done);
    }));

  it('ends what waits between retries at once, with Closed', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler, {
        alwaysRetry: true,
        retryPolicy: { intervalStart: 5, intervalMax: 5 },
      });
      backend.down('^');
      for (const operation of [backend.get('k'), backend.getState('a'), backend.forget('a')]) {
        expectObservable(told<unknown>(operation), '-^').toBe('-----#', undefined, closed);
      }
      expectObservable(backend.close(), '-----^').toBe('-----(x|)', done);
    }));

  it('ends what waits for the backoff of alwaysRetry, too', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler, {
        alwaysRetry: true,
        baseSleepBetweenRetriesMs: 5000,
        retryPolicy: { maxRetries: 0 },
      });
      backend.down('^');
      expectObservable(told(backend.getState('a')), '-^').toBe('-----#', undefined, closed);
      expectObservable(backend.close(), '-----^').toBe('-----(x|)', done);
    }));

  it('does not try again what fails while it waits for it', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const get = cold<O.Option<Buffer>>('----#', undefined, lost);
      const backend = slow(scheduler, get);
      expectObservable(told(backend.get('k'))).toBe('----#', undefined, closed);
      expectObservable(backend.close(), '--^').toBe('----(x|)', done);
      expectSubscriptions(get.subscriptions).toBe('^---!');
    }));

  it('does not wait for what nobody waits for any more', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const get = cold<O.Option<Buffer>>('----------(v|)');
      const backend = slow(scheduler, get);
      expectObservable(backend.get('k'), '^---!').toBe('-');
      expectObservable(backend.close(), '--^').toBe('----(x|)', done);
      expectSubscriptions(get.subscriptions).toBe('^---!');
    }));

  it('completes the streams of who watches, and is Closed to who waits', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      expectObservable(backend.resultConsumer.consumeFrom('a')).toBe('---|');
      expectObservable(backend.getMany(['a']).pipe(Rx.map(([id]) => id))).toBe('---(a|)');
      expectObservable(told(backend.asyncResult('a').get())).toBe('---#', undefined, closed);
      expectObservable(backend.close(), '---^').toBe('---(x|)', done);
      expectSubscriptions(backend.watched('a')).toBe('^--!');
    }));
});
