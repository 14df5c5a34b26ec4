import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { connect } from '../../src/backend/connect.js';
import { RedisBackend } from '../../src/backend/redisBackend.js';
import { rooms } from '../../src/backend/rooms.js';
import type { TaskFailed } from '../../src/errors/errors.js';
import { memoryStore } from '../../src/memory/memoryStore.js';
import { fromSource } from '../../src/operation/run.js';
import { AsyncResult } from '../../src/result/asyncResult.js';
import {
  failure,
  meta,
  progress,
  retry,
  revoked,
  started,
  success,
  testBackend,
} from '../../src/testing/index.js';
import { pythonException } from '../../src/wire/exception.js';
import { asyncResultTuple } from '../../src/wire/resultTuple.js';
import { fakeSubscriber, heard, marbles, told } from '../consumer/marbles.js';
import { backendOver } from '../store/backendOver.js';

const metas = {
  s: started('a'),
  p: progress('a', 1),
  d: success('a', 42),
  f: failure('a', 'ValueError', ['bad input', 7]),
  r: revoked('a', 'terminated'),
};

describe('get', () => {
  it('is the value, once the task is ready', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-s-p-d', metas);
      expectObservable(Rx.from(backend.asyncResult('a', t.number).get())).toBe('-----(x|)', {
        x: 42,
      });
      expectSubscriptions(backend.watched('a')).toBe('^----!');
    }));

  it('is the same for a TaskEither', async () => {
    await using backend = new RedisBackend({ url: 'memory://' });
    const value = backend.asyncResult('a', t.number).get();
    await backend.markAsDone('a', 42)();
    expect(await value()).toEqual(E.right(42));
  });

  it('is a TaskFailed where the task failed or was revoked', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-ab', {
        a: { ...metas.f, traceback: 'Traceback …' },
        b: revoked('b', 'terminated'),
      });
      const seen = Rx.catchError((e: TaskFailed) =>
        Rx.of([e._tag, e.taskId, e.state, e.excType, e.excModule, e.args, e.traceback]),
      );
      expectObservable(backend.asyncResult('a').get().pipe(seen)).toBe('-(x|)', {
        x: [
          'TaskFailed',
          'a',
          'FAILURE',
          'ValueError',
          'builtins',
          ['bad input', 7],
          'Traceback …',
        ],
      });
      expectObservable(backend.asyncResult('b').get().pipe(seen)).toBe('--(x|)', {
        x: [
          'TaskFailed',
          'b',
          'REVOKED',
          'TaskRevokedError',
          'celery.exceptions',
          ['terminated'],
          null,
        ],
      });
    }));

  it('is the exception itself where it is not to be propagated', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-ab', { a: metas.f, b: success('b', 1) });
      const get = { propagate: false } as const;
      expectObservable(Rx.from(backend.asyncResult('a').get(get))).toBe('-(x|)', {
        x: pythonException('ValueError', ['bad input', 7]),
      });
      expectObservable(Rx.from(backend.asyncResult('b').get(get))).toBe('--(x|)', { x: 1 });
    }));

  it('is an InvalidResult where the codec refuses the value', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-d', metas);
      expectObservable(told(Rx.from(backend.asyncResult('a', t.string).get()))).toBe(
        '-#',
        undefined,
        'InvalidResult: Task a: Invalid value, a number, supplied to : string',
      );
    }));

  it('is a ResultTimeout once the time is over, and has left the channel by then', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-s-p', metas);
      expectObservable(told(Rx.from(backend.asyncResult('a').get({ timeout: 2 })))).toBe(
        '2s #',
        undefined,
        'ResultTimeout: Task a has no result after 2 s',
      );
      expectSubscriptions(backend.watched('a')).toBe('^ 1999ms !');
    }));

  it('waits as long as the backend says, unless told otherwise', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler, { resultTimeout: 1 });
      expectObservable(told(Rx.from(backend.asyncResult('a').get()))).toBe(
        '1s #',
        undefined,
        expect.stringContaining('after 1 s'),
      );
      expect(testBackend(scheduler).resultTimeout).toBe(300);
    }));

  it('tells the time by the scheduler of the backend', () => {
    const scheduler = new Rx.VirtualTimeScheduler();
    const never = { healthCheckInterval: 0, backstopInterval: 0 };
    const backend = new RedisBackend({ url: 'memory://', scheduler, ...never });
    const failures: Array<unknown> = [];
    backend
      .asyncResult('a')
      .get({ timeout: 2 })
      .subscribe({ error: ({ _tag }) => failures.push([scheduler.now(), _tag]) });
    expect(failures).toEqual([]);
    scheduler.flush();
    expect(failures).toEqual([[2000, 'ResultTimeout']]);
  });

  it('waits for ever with null, and with what no timer can count', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      for (const timeout of [null, Number.POSITIVE_INFINITY, 1e9]) {
        expectObservable(Rx.from(backend.asyncResult('a').get({ timeout })), '^ 60m !').toBe('-');
      }
      expectSubscriptions(backend.watched('a')).toBe('^ 3600000ms !');
    }));

  it('is a ResultCancelled where the task is forgotten meanwhile', () =>
    marbles(({ cold, expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-s', metas);
      const result = backend.asyncResult('a');
      expectObservable(told(Rx.from(result.get()))).toBe(
        '---#',
        undefined,
        'ResultCancelled: Task a: the wait was cancelled before a result arrived',
      );
      expectObservable(cold('---x').pipe(Rx.mergeMap(() => result.forget))).toBe('---x', {
        x: undefined,
      });
    }));

  it('leaves the channel when it is unsubscribed from', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      expectObservable(Rx.from(backend.asyncResult('a').get()), '^--!').toBe('-');
      expectSubscriptions(backend.watched('a')).toBe('^--!');
    }));

  it('starts its time anew at each run, and not before it is run', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const value$ = told(Rx.from(backend.asyncResult('a').get({ timeout: 1 })));
      expectObservable(value$).toBe('1s #', undefined, expect.anything());
      expectObservable(value$, '500ms ^').toBe('1500ms #', undefined, expect.anything());
    }));
});

describe('get', () => {
  it('is a Left where its options are none', () =>
    marbles(({ expectObservable }, scheduler) => {
      const get = testBackend(scheduler)
        .asyncResult('a')
        .get(null as never);
      expectObservable(told(get)).toBe(
        '#',
        undefined,
        'InvalidArgument: options must be an object',
      );
    }));
});

describe('the timeout of get', () => {
  const overdue = (seconds: number): string =>
    `ResultTimeout: Task a has no result after ${seconds} s`;

  it.each([Number.NaN, -1, -0.001, Number.NEGATIVE_INFINITY, '1', {}, true])(
    'is refused where it is no number of seconds: %s',
    (timeout) =>
      marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
        const backend = testBackend(scheduler);
        backend.stored('d^', metas);
        const get = backend.asyncResult('a').get({ timeout: timeout as number });
        expectObservable(told(get)).toBe(
          '#',
          undefined,
          'InvalidArgument: timeout must be a number of seconds from 0 on, or null, which is for ever',
        );
        expectSubscriptions(backend.watched('a')).toBe([]);
      }),
  );

  it('of 0 is one look, and no wait', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('--d', metas);
      const now = backend.asyncResult('a').get({ timeout: 0 });
      expectObservable(told(now)).toBe('#', undefined, overdue(0));
      expectObservable(now, '---^').toBe('---(x|)', { x: 42 });
      expectSubscriptions(backend.watched('a')).toBe([]);
    }));

  it('of 0 tells a failed task as any other', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('f^', metas);
      expectObservable(told(backend.asyncResult('a').get({ timeout: 0 }))).toBe(
        '#',
        undefined,
        "TaskFailed: Task a FAILURE: ValueError('bad input', 7)",
      );
    }));

  it('however short, leaves the first look a second', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const eachFrame = { intervalStart: 0.001, intervalStep: 0, intervalMax: 0.001 };
      const backend = testBackend(scheduler, {
        retryPolicy: { maxRetries: null, ...eachFrame },
      });
      backend.stored('d^', metas);
      backend.down('^ 499ms !');
      expectObservable(backend.asyncResult('a').get({ timeout: 0.002 }), '-^').toBe('500ms (x|)', {
        x: 42,
      });
      expectSubscriptions(backend.watched('a')).toBe('500ms (^!)');
    }));

  it('however short, is over after that second', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler, { retryPolicy: { maxRetries: null } });
      backend.down('^');
      const get = backend.asyncResult('a').get({ timeout: 0.002 });
      expectObservable(told(get), '-^ 2s !').toBe('- 1s #', undefined, overdue(0.002));
      expectSubscriptions(backend.watched('a')).toBe([]);
    }));

  it('is not longer than asked for once it has looked', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const get = backend.asyncResult('a').get({ timeout: 0.002 });
      expectObservable(told(get)).toBe('--#', undefined, overdue(0.002));
    }));

  it('takes what has arrived before it is over, though the process was busy', () =>
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const reading = cold<void>('--(x|)', { x: undefined });
      const link = fakeSubscriber([], { messages$: hot('------d', { d: heard(metas.d) }) });
      const connection = {
        ...memoryStore({ scheduler }),
        subscriber$: Rx.concat(Rx.of(link), Rx.NEVER),
        taken: fromSource(reading),
      };
      const backend = backendOver(connection, {
        scheduler,
        healthCheckInterval: 0,
        backstopInterval: 0,
      });
      const get = backend.asyncResult('a').get({ timeout: 0.005 });
      expectObservable(get).toBe('------(x|)', { x: 42 });
      expectSubscriptions(reading.subscriptions).toBe('-----^-!');
    }));
});

describe('get, as the backend is closed,', () => {
  it('is Closed, and no ResultCancelled', () =>
    marbles(({ cold, expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const get = backend.asyncResult('a').get();
      expectObservable(told(get)).toBe('--#', undefined, 'Closed: The backend is closed');
      expectObservable(cold('--x').pipe(Rx.mergeMap(() => backend.close()))).toBe('--x', {
        x: undefined,
      });
    }));
});

describe('a result that was seen ready', () => {
  it('is not read again, even where its key has expired', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler, { expires: 1 });
      backend.stored('-d', metas);
      const result = backend.asyncResult('a');
      expectObservable(Rx.from(result.get())).toBe('-(x|)', { x: 42 });
      expectObservable(Rx.from(result.get()), '5s ^').toBe('5s (x|)', { x: 42 });
      expectObservable(Rx.from(result.state), '5s ^').toBe('5s (x|)', { x: 'SUCCESS' });
      expectObservable(Rx.from(result.exists), '5s ^').toBe('5s (x|)', { x: false });
      expectSubscriptions(backend.watched('a')).toBe('^!');
    }));

  it('is remembered from a plain read too', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('d^', metas);
      const result = backend.asyncResult('a');
      expectObservable(Rx.from(result.ready)).toBe('(x|)', { x: true });
      expectObservable(Rx.from(result.get()), '-^').toBe('-(x|)', { x: 42 });
      expectSubscriptions(backend.watched('a')).toBe([]);
    }));

  it('is read again once it was forgotten, also by a get that was made before', () =>
    marbles(({ cold, expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('d^----e', { ...metas, e: success('a', 43) });
      const result = backend.asyncResult('a');
      expectObservable(Rx.from(result.get())).toBe('(x|)', { x: 42 });
      const get = result.get();
      expectObservable(cold('--x').pipe(Rx.mergeMap(() => result.forget))).toBe('--x', {
        x: undefined,
      });
      expectObservable(Rx.from(get), '---^').toBe('-----(x|)', { x: 43 });
    }));

  it('is read each time until then', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-s-p-f', metas);
      const { state } = backend.asyncResult('a');
      const states$ = Rx.timer(0, 2).pipe(
        Rx.take(4),
        Rx.mergeMap(() => state),
      );
      expectObservable(states$).toBe('n-s-p-(f|)', {
        n: 'PENDING',
        s: 'STARTED',
        p: 'PROGRESS',
        f: 'FAILURE',
      });
    }));
});

describe('what a result tells of its task', () => {
  const readings = [
    [success('a', 42), [true, true, false, true]],
    [failure('a', 'ValueError'), [true, false, true, true]],
    [revoked('a'), [true, false, false, true]],
    [retry('a', 'OSError'), [false, false, false, true]],
    [started('a'), [false, false, false, true]],
    [meta('a', 'PENDING', null), [false, false, false, true]],
    [undefined, [false, false, false, false]],
  ] as const;

  it.each(readings)(
    'is whether it is ready, successful, failed, and known at all: %o',
    (held, flags) =>
      marbles(({ expectObservable }, scheduler) => {
        const backend = testBackend(scheduler);
        if (held !== undefined) backend.stored('x^', { x: held });
        const { ready, successful, failed, exists, state } = backend.asyncResult('a');
        expectObservable(Rx.forkJoin([ready, successful, failed, exists])).toBe('(x|)', {
          x: flags,
        });
        expectObservable(Rx.from(state)).toBe('(x|)', { x: held?.status ?? 'PENDING' });
      }),
  );

  it('is its result, traceback and children', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const children = [asyncResultTuple('child')];
      backend.stored('x^', { x: { ...metas.f, traceback: 'Traceback …', children } });
      const { result, traceback, children: read } = backend.asyncResult('a');
      expectObservable(Rx.from(result)).toBe('(x|)', { x: metas.f.result });
      expectObservable(Rx.from(traceback)).toBe('(x|)', { x: 'Traceback …' });
      expectObservable(Rx.from(read)).toBe('(x|)', { x: children });
    }));

  it('is each state as it comes', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-s-p-d', metas);
      const { meta$ } = backend.asyncResult('a');
      expect(meta$.key).toBe('a');
      expectObservable(meta$).toBe('-s-p-(d|)', metas);
    }));

  it('is the reference that it is stored as, with those before it', () => {
    const { results } = rooms(
      connect({ url: 'memory://' }),
      new RedisBackend({ url: 'memory://' }),
    );
    const parent = new AsyncResult('first', results, t.unknown);
    const result = new AsyncResult('second', results, t.number, parent);
    expect(parent.asTuple()).toEqual(asyncResultTuple('first'));
    expect(result.asTuple()).toEqual(asyncResultTuple('second', asyncResultTuple('first')));
    expect(result.parent).toBe(parent);
  });
});
