import * as Rx from 'rxjs';
import type { RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { TaskResults } from '../../src/consumer/taskResults.js';
import type { DecodeError } from '../../src/errors/errors.js';
import {
  failure,
  meta,
  progress,
  retry,
  revoked,
  started,
  success,
  type TestBackend,
  type TestBackendOptions,
  testBackend,
} from '../../src/testing/index.js';
import { held } from './channels.js';
import { brief, channelOf, marbles, states, told } from './marbles.js';

const metas = {
  s: started('a'),
  p: progress('a', 1),
  q: progress('a', 2),
  t: retry('a', 'OSError', ['again']),
  d: success('a', 42),
  e: success('a', 43),
  f: failure('a', 'ValueError', ['x']),
  r: revoked('a'),
};

/** Retries each millisecond, so that a marble tells the time of one. */
const eachFrame: TestBackendOptions = {
  retryPolicy: { intervalStart: 0.001, intervalStep: 0, intervalMax: 0.001 },
};

const eachThird: TestBackendOptions = {
  retryPolicy: { intervalStart: 0.003, intervalStep: 0, intervalMax: 0.003 },
};

const onlyOnce: TestBackendOptions = { retryPolicy: { maxRetries: 1, intervalStart: 0 } };

const spentAt = (retries: number, problem = 'the link was cut'): string =>
  `RetryLimitExceeded: Retry limit exceeded after ${retries} retries: Redis at memory://: ${problem}`;

const watching = (
  body: (
    helpers: RunHelpers & {
      readonly backend: TestBackend;
      readonly a$: TaskResults;
      readonly scheduler: TestScheduler;
    },
  ) => void,
  options: TestBackendOptions = {},
): void =>
  marbles((helpers, scheduler) => {
    const backend = testBackend(scheduler, options);
    body({ ...helpers, backend, a$: backend.resultConsumer.consumeFrom('a'), scheduler });
  });

describe('a task that becomes ready', () => {
  it('is told once, with completion, where it was stored before', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.stored('d^', metas);
      expectObservable(a$).toBe('(d|)', metas);
      expectSubscriptions(backend.watched('a')).toBe('(^!)');
    }));

  it('is told once, with completion, where it is stored meanwhile', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.stored('---d', metas);
      expectObservable(a$).toBe('---(d|)', metas);
      expectSubscriptions(backend.watched('a')).toBe('^--!');
    }));

  it('is told once, with completion, where it is stored in the frame of the subscription', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.stored('----d', metas);
      expectObservable(a$, '----^').toBe('----(d|)', metas);
      expectSubscriptions(backend.watched('a')).toBe('----(^!)');
    }));

  it('is told once, with completion, where it is stored while the connection is down', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.down('  --^----!');
      backend.stored('----d', metas);
      expectObservable(a$).toBe('-------(d|)', metas);
      expectSubscriptions(backend.watched('a')).toBe(['^-!', '-------(^!)']);
    }, eachFrame));

  it('is read again by who comes after it was told', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.stored('-d', metas);
      expectObservable(a$).toBe('-(d|)', metas);
      expectObservable(a$, '---^').toBe('---(d|)', metas);
      expectSubscriptions(backend.watched('a')).toBe(['^!', '---(^!)']);
    }));

  it('is waited for where its key has expired', () =>
    watching(
      ({ backend, a$, expectObservable }) => {
        backend.stored('d', metas);
        expectObservable(a$, '1s ^').toBe('-');
      },
      { expires: 1 },
    ));

  it('may have failed or been revoked', () =>
    watching(({ backend, expectObservable }) => {
      const all = { a: failure('a', 'ValueError'), b: revoked('b') };
      backend.stored('-ab', all);
      expectObservable(backend.resultConsumer.consumeFrom('a')).toBe('-(a|)', all);
      expectObservable(backend.resultConsumer.consumeFrom('b')).toBe('--(b|)', all);
    }));

  it('is not so in RETRY, REJECTED, IGNORED or a state of its own', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      const all = {
        ...metas,
        j: meta('a', 'REJECTED', null),
        i: meta('a', 'IGNORED', null),
        o: meta('a', 'COMPRESSING', null),
      };
      backend.stored('-tjio', all);
      expectObservable(a$).toBe('-tjio', all);
      expectSubscriptions(backend.watched('a')).toBe('^');
    }));

  it('is followed by nothing', () =>
    watching(({ backend, a$, expectObservable }) => {
      backend.stored('-f-s', metas);
      expectObservable(a$).toBe('-(f|)', metas);
    }));
});

describe('the states of a task', () => {
  it('come in order, up to the ready one', () =>
    watching(({ backend, a$, expectObservable }) => {
      backend.stored('-sp-qt-sd', metas);
      expectObservable(a$).toBe('-sp-qt-s(d|)', metas);
    }));

  it('start with the one that is stored', () =>
    watching(({ backend, a$, expectObservable }) => {
      backend.stored('sp^-q-d', metas);
      expectObservable(a$).toBe('p-q-(d|)', metas);
    }));

  it('are not repeated where one is stored twice', () =>
    watching(({ backend, a$, expectObservable }) => {
      backend.stored('-s-s-p-p', metas);
      expectObservable(a$).toBe('-s---p', metas);
    }));

  it('are not repeated where the one read after a reconnect is the one heard last', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.stored('-p-----q', metas);
      backend.cut('---x');
      expectObservable(a$).toBe('-p-----q', metas);
      expectSubscriptions(backend.watched('a')).toBe(['^--!', '---^']);
    }));

  it('may be skipped, but for the last, while the connection is down', () =>
    watching(({ backend, a$, expectObservable }) => {
      backend.down('  --^----!');
      backend.stored('-s-pq', metas);
      expectObservable(a$).toBe('-s-----q', metas);
    }, eachFrame));

  it('are each told to every subscriber, the latest at once to a late one', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.stored('-s-p---d', metas);
      expectObservable(a$).toBe('-s-p---(d|)', metas);
      expectObservable(a$, '--^').toBe('--sp---(d|)', metas);
      expectObservable(a$, '-----^').toBe('-----p-(d|)', metas);
      expectSubscriptions(backend.watched('a')).toBe('^------!');
    }));

  it('of tasks are apart', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      const both = { ...metas, b: success('b', 1) };
      backend.stored('-s-b-d', both);
      expectObservable(a$).toBe('-s---(d|)', both);
      expectObservable(backend.resultConsumer.consumeFrom('b')).toBe('---(b|)', both);
      expectSubscriptions(backend.watched('b')).toBe('^--!');
    }));

  it('are told under the global key prefix', () =>
    watching(
      ({ backend, a$, expectObservable, expectSubscriptions }) => {
        backend.stored('-d', metas);
        expectObservable(a$).toBe('-(d|)', metas);
        expectSubscriptions(backend.watched('a')).toBe('^!');
      },
      { globalKeyprefix: 'acme' },
    ));
});

describe('the channel of a task', () => {
  it('is left when the only subscriber leaves', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.stored('-s---d', metas);
      expectObservable(a$, '--^-!').toBe('--s', metas);
      expectSubscriptions(backend.watched('a')).toBe('--^-!');
    }));

  it('is left when the last of several subscribers leaves', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      expectObservable(a$, '^---!').toBe('-');
      expectObservable(a$, '--^----!').toBe('-');
      expectSubscriptions(backend.watched('a')).toBe('^------!');
    }));

  it('is never subscribed to where it is opened and left in one tick', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      expectObservable(a$, '--(^!)').toBe('-');
      expectSubscriptions(backend.watched('a')).toBe([]);
    }));

  it('is not left where it is left and opened again in one tick', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.stored('-s---d', metas);
      expectObservable(a$, '^--!').toBe('-s', metas);
      expectObservable(a$, '---^').toBe('---s-(d|)', metas);
      expectSubscriptions(backend.watched('a')).toBe('^----!');
    }));

  it('is shared by every handle of the task', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      const other$ = backend.resultConsumer.consumeFrom('a');
      backend.stored('--d', metas);
      expectObservable(Rx.merge(a$, other$)).toBe('--(dd|)', metas);
      expectSubscriptions(backend.watched('a')).toBe('^-!');
    }));

  it('is not opened by a handle that nobody subscribes to', () =>
    watching(({ backend, expectSubscriptions }) => {
      expect(backend.resultConsumer.consumeFrom('a').key).toBe('a');
      expectSubscriptions(backend.watched('a')).toBe([]);
    }));

  it('of an empty id is an InvalidArgument', () =>
    watching(({ backend, expectObservable }) => {
      expectObservable(told(backend.resultConsumer.consumeFrom(''))).toBe(
        '#',
        undefined,
        'InvalidArgument: task_id must not be empty',
      );
    }));
});

describe('a lost link', () => {
  it('is made anew, and every channel is joined again', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      const all = { ...metas, b: success('b', 1) };
      backend.cut('   --x--x');
      backend.stored('----s--(db)', all);
      expectObservable(a$).toBe('----s--(d|)', all);
      expectObservable(backend.resultConsumer.consumeFrom('b')).toBe('-------(b|)', all);
      expectSubscriptions(backend.watched('a')).toBe(['^-!', '---^-!', '------^!']);
      expectSubscriptions(backend.watched('b')).toBe(['^-!', '---^-!', '------^!']);
    }, eachFrame));

  it('is not joined by a channel that was left meanwhile', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.down('--^----!');
      expectObservable(a$, '    ^---!').toBe('-');
      expectObservable(backend.resultConsumer.consumeFrom('b')).toBe('-');
      expectSubscriptions(backend.watched('a')).toBe('^-!');
      expectSubscriptions(backend.watched('b')).toBe(['^-!', '-------^']);
    }, eachFrame));

  it('is joined, once made anew, by what was opened meanwhile', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.stored('s^', metas);
      backend.down('--^----!');
      expectObservable(backend.resultConsumer.consumeFrom('b')).toBe('-');
      expectObservable(a$, '----^').toBe('-------s', metas);
      expectSubscriptions(backend.watched('a')).toBe('-------^');
    }, eachFrame));

  it('is not made anew for nobody', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      expectObservable(a$, '^!').toBe('-');
      backend.cut('----x');
      expectObservable(a$, '--------^').toBe('-');
      const { connection$ } = backend.resultConsumer;
      expectObservable(connection$.pipe(Rx.map(brief))).toBe('(rc)r---c', states);
      expectSubscriptions(backend.watched('a')).toBe(['^!', '--------^']);
    }));

  it('fails every stream with RetryLimitExceeded once the policy is spent; the next watch connects anew', () =>
    watching(
      ({ backend, a$, expectObservable, expectSubscriptions }) => {
        const spent =
          'RetryLimitExceeded: Retry limit exceeded after 2 retries: Redis at memory://: connection refused';
        backend.down('  --^-----!');
        backend.stored('-s', metas);
        expectObservable(told(a$)).toBe('-s--#', metas, spent);
        expectObservable(told(backend.resultConsumer.consumeFrom('b'))).toBe('----#', {}, spent);
        expectObservable(a$, '         ---------^').toBe('---------s', metas);
        expectSubscriptions(backend.watched('a')).toBe(['^-!', '---------^']);
        expectSubscriptions(backend.watched('b')).toBe('^-!');
      },
      { retryPolicy: { maxRetries: 2, intervalStart: 0.001, intervalStep: 0, intervalMax: 0.001 } },
    ));

  it('starts the policy anew once it has lived for a second', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.cut('-x 1499ms x ---- x');
      expectObservable(told(a$)).toBe('1506ms #', undefined, spentAt(1));
      const lives = ['^!', '-^ 1499ms !', '1501ms ^ 4ms !'];
      expectSubscriptions(backend.watched('a')).toBe(lives);
    }, onlyOnce));

  it('starts the policy anew once it has brought a ready state', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      const all = { b: success('b', 1) };
      backend.stored('----b', all);
      backend.cut('-x----x----x');
      expectObservable(backend.resultConsumer.consumeFrom('b')).toBe('----(b|)', all);
      expectObservable(told(a$)).toBe('-----------#', undefined, spentAt(1));
      expectSubscriptions(backend.watched('a')).toBe(['^!', '-^----!', '------^----!']);
    }, onlyOnce));

  it('spends the policy where it is dropped again at once and has brought nothing new', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.stored('s', metas);
      backend.cut('-x-x');
      expectObservable(told(a$)).toBe('s--#', metas, spentAt(1));
      expectSubscriptions(backend.watched('a')).toBe(['^!', '-^-!']);
    }, onlyOnce));

  it('starts the policy anew where it has brought a state, were it dropped again at once', () =>
    watching(({ backend, a$, expectObservable }) => {
      backend.stored('--s---d', metas);
      backend.cut('-x-x');
      expectObservable(a$).toBe('--s---(d|)', metas);
    }, onlyOnce));

  it('is told by connection$, whose latest state a late subscriber gets', () =>
    watching(({ backend, a$, expectObservable }) => {
      const states$ = backend.resultConsumer.connection$.pipe(Rx.map(brief));
      backend.down('----------^-------!');
      expectObservable(a$, '-----^').toBe('-');
      expectObservable(states$).toBe('-----(rc)-1--2--3--c', states);
      expectObservable(states$, '--------------^').toBe('--------------2-3--c', states);
    }, eachThird));

  it('is told with the error and the time of the next try, and as lost once there is none', () =>
    watching(
      ({ backend, a$, expectObservable }) => {
        backend.down('----------^');
        expectObservable(told(a$), '-----^').toBe(
          '----------------#',
          undefined,
          spentAt(2, 'connection refused'),
        );
        const resyncing = (attempts: number, next: number, message: string) => ({
          _tag: 'Resyncing',
          attempts,
          error: expect.objectContaining({ _tag: 'ConnectionError', message }),
          nextTry: new Date(next),
        });
        expectObservable(backend.resultConsumer.connection$).toBe('-----(rc)-1--2--l', {
          r: { _tag: 'Resyncing', attempts: 0, error: null, nextTry: null },
          c: { _tag: 'Connected' },
          1: resyncing(1, 13, 'Redis at memory://: the link was cut'),
          2: resyncing(2, 16, 'Redis at memory://: connection refused'),
          l: {
            _tag: 'Lost',
            error: expect.objectContaining({ _tag: 'RetryLimitExceeded', retries: 2 }),
          },
        });
      },
      { retryPolicy: { ...eachThird.retryPolicy, maxRetries: 2 } },
    ));

  it('fails who watches for the first time where Redis is down to the end of the policy', () =>
    watching(
      ({ backend, a$, expectObservable }) => {
        backend.down('^');
        expectObservable(told(a$), '-^').toBe(
          '-#',
          undefined,
          'RetryLimitExceeded: Retry limit exceeded after 0 retries: Redis at memory://: connection refused',
        );
      },
      { retryPolicy: { maxRetries: 0 } },
    ));
});

describe('memory', () => {
  it('holds nothing of those who left, also while the link is down', () =>
    watching(({ backend, a$, expectObservable, flush }) => {
      backend.down('--^');
      expectObservable(a$, '^---!').toBe('-');
      expectObservable(backend.resultConsumer.consumeFrom('b'), '---^--!').toBe('-');
      flush();
      expect(held(backend.resultConsumer)).toEqual([0, 0, 0]);
    }, eachFrame));

  it('holds nothing of those who failed with the link', () =>
    watching(
      ({ backend, a$, expectObservable, flush }) => {
        backend.down('--^');
        expectObservable(a$.pipe(Rx.catchError(() => Rx.EMPTY))).toBe('--|');
        flush();
        expect(held(backend.resultConsumer)).toEqual([0, 0, 0]);
      },
      { retryPolicy: { maxRetries: 0 } },
    ));

  it('holds nothing once the consumer has stopped', () =>
    watching(({ backend, a$, cold, expectObservable, flush }) => {
      const { resultConsumer } = backend;
      expectObservable(a$.pipe(Rx.catchError(() => Rx.EMPTY))).toBe('--|');
      expectObservable(cold('--x').pipe(Rx.tap(() => resultConsumer.stop()))).toBe('--x');
      flush();
      expect(held(backend.resultConsumer)).toEqual([0, 0, 0]);
    }));
});

describe('a meta that cannot be decoded', () => {
  const seen = Rx.catchError((error: DecodeError) => Rx.of([error._tag, String(error.bytes)]));

  it('fails the stream of its task alone, with the bytes, where it is heard', () =>
    watching(({ backend, a$, cold, expectObservable, expectSubscriptions }) => {
      const all = { ...metas, b: success('b', 1) };
      const garbled = cold('--x').pipe(
        Rx.mergeMap(() => backend.set(channelOf('a'), 'not json')),
        Rx.ignoreElements(),
      );
      backend.stored('-s--b', all);
      expectObservable(garbled).toBe('-');
      expectObservable(a$.pipe(seen)).toBe('-s(x|)', {
        ...all,
        x: ['DecodeError', 'not json'],
      });
      expectObservable(backend.resultConsumer.consumeFrom('b')).toBe('----(b|)', all);
      expectSubscriptions(backend.watched('a')).toBe('^-!');
    }));

  it('fails the stream of its task alone, with the bytes, where it is read', () =>
    watching(({ backend, a$, cold, expectObservable, expectSubscriptions }) => {
      const garbled = cold('x').pipe(
        Rx.mergeMap(() => backend.set(channelOf('a'), '[1]')),
        Rx.ignoreElements(),
      );
      expectObservable(garbled).toBe('-');
      expectObservable(backend.resultConsumer.consumeFrom('b'), '--^').toBe('-');
      expectObservable(a$.pipe(seen), '--^').toBe('--(x|)', { x: ['DecodeError', '[1]'] });
      expectSubscriptions(backend.watched('a')).toBe('--(^!)');
      expectSubscriptions(backend.watched('b')).toBe('--^');
    }));
});

describe('the end of a stream', () => {
  it('comes without a ready state where the task is cancelled', () =>
    watching(({ backend, a$, cold, expectObservable, expectSubscriptions }) => {
      const { resultConsumer } = backend;
      backend.stored('-s---d', metas);
      const cancel = cold('---x').pipe(Rx.tap(() => resultConsumer.cancelFor('a')));
      expectObservable(a$).toBe('-s-|', metas);
      expectObservable(resultConsumer.consumeFrom('b')).toBe('-');
      expectObservable(cancel).toBe('---x');
      expectSubscriptions(backend.watched('a')).toBe('^--!');
    }));

  it('does not come of cancelling what nobody watches', () =>
    watching(({ backend, a$, cold, expectObservable }) => {
      const { resultConsumer } = backend;
      backend.stored('---d', metas);
      const cancel = cold('x').pipe(
        Rx.tap(() => {
          resultConsumer.cancelFor('a');
          resultConsumer.cancelFor('');
        }),
      );
      expectObservable(cancel).toBe('x');
      expectObservable(a$, '--^').toBe('---(d|)', metas);
    }));

  it('comes with the forgetting of its task', () =>
    watching(({ backend, a$, cold, expectObservable, expectSubscriptions }) => {
      expectObservable(a$).toBe('--|');
      expectObservable(cold('--x').pipe(Rx.mergeMap(() => backend.forget('a')))).toBe('--x', {
        x: undefined,
      });
      expectSubscriptions(backend.watched('a')).toBe('^-!');
    }));

  it('comes for all when the consumer stops, and is Closed for all that come later', () =>
    watching(({ backend, a$, cold, expectObservable, expectSubscriptions }) => {
      const { resultConsumer } = backend;
      backend.stored('-s', metas);
      const stop = cold('-----x').pipe(Rx.tap(() => resultConsumer.stop()));
      expectObservable(stop).toBe('-----x');
      expectObservable(a$).toBe('-s---|', metas);
      expectObservable(resultConsumer.consumeFrom('b')).toBe('-----|');
      const closed = 'Closed: The result consumer is closed';
      expectObservable(told(a$), '------^').toBe('------#', undefined, closed);
      expectObservable(resultConsumer).toBe('-----|');
      const states$ = resultConsumer.connection$.pipe(Rx.map(brief));
      expectObservable(states$).toBe('(rc)-|', states);
      expectObservable(states$, '--------^').toBe('--------(c|)', states);
      expectSubscriptions(backend.watched('a')).toBe('^----!');
    }));

  it('comes with the stop also while the link is made anew, which is then given up', () =>
    watching(({ backend, a$, cold, expectObservable, expectSubscriptions }) => {
      backend.down('--^------!');
      const stop = cold('----x').pipe(Rx.tap(() => backend.resultConsumer.stop()));
      expectObservable(stop).toBe('----x');
      expectObservable(a$).toBe('----|');
      expectSubscriptions(backend.watched('a')).toBe('^-!');
    }, eachFrame));
});

describe('the consumer itself', () => {
  it('emits each stream as it opens', () =>
    watching(({ backend, a$, expectObservable }) => {
      const { resultConsumer } = backend;
      expectObservable(resultConsumer.pipe(Rx.map(({ key }) => key))).toBe('--a-b---a');
      expectObservable(a$, '  --^--!').toBe('-');
      expectObservable(a$, '  ---^-!').toBe('-');
      expectObservable(resultConsumer.consumeFrom('b'), '----^--!').toBe('-');
      expectObservable(a$, '  --------^!').toBe('-');
    }));

  it('lets who hears of a stream listen in, without another SUBSCRIBE', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.stored('-s-d', metas);
      const firsts = backend.resultConsumer.pipe(
        Rx.mergeMap((results) => results.pipe(Rx.take(1))),
      );
      expectObservable(firsts).toBe('-s', metas);
      expectObservable(a$).toBe('-s-(d|)', metas);
      expectSubscriptions(backend.watched('a')).toBe('^--!');
    }));
});

describe('who acts inside next', () => {
  /** Passes each value on, and only then acts. */
  const then = <T>(act: () => void): Rx.MonoTypeOperatorFunction<T> =>
    Rx.concatMap((value) =>
      Rx.concat(
        Rx.of(value),
        Rx.defer(() => {
          act();
          return Rx.EMPTY;
        }),
      ),
    );

  it('may leave', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.stored('-s-p', metas);
      expectObservable(a$.pipe(Rx.take(1))).toBe('-(s|)', metas);
      expectSubscriptions(backend.watched('a')).toBe('^!');
    }));

  it('may leave upon the state that is known already', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.stored('-s---d', metas);
      expectObservable(a$).toBe('-s---(d|)', metas);
      expectObservable(a$.pipe(Rx.take(1)), '---^').toBe('---(s|)', metas);
      expectSubscriptions(backend.watched('a')).toBe('^----!');
    }));

  it('may send the others away', () =>
    watching(({ backend, a$, scheduler, expectObservable, expectSubscriptions }) => {
      backend.stored('-s-p', metas);
      const heard: Array<string> = [];
      const others = new Rx.Subscription();
      a$.subscribe(() => others.unsubscribe());
      others.add(a$.subscribe(({ status }) => heard.push(status)));
      expectObservable(a$).toBe('-s-p', metas);
      expectSubscriptions(backend.watched('a')).toBe('^');
      scheduler.schedule(() => expect(heard).toEqual([]), 10);
    }));

  it('may watch other tasks', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      const all = { ...metas, b: started('b'), c: success('b', 2) };
      backend.stored('b^s----c', all);
      const both = a$.pipe(
        Rx.mergeMap((meta) => Rx.concat(Rx.of(meta), backend.resultConsumer.consumeFrom('b'))),
      );
      expectObservable(both).toBe('-(sb)-c', all);
      expectSubscriptions(backend.watched('b')).toBe('-^----!');
    }));

  it('may watch the same task again once it is ready', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.stored('-d', metas);
      const twice = a$.pipe(Rx.concatMap((meta) => Rx.concat(Rx.of(meta), a$)));
      expectObservable(twice).toBe('-(dd|)', metas);
      expectSubscriptions(backend.watched('a')).toBe('^!');
    }));

  it('may cancel the task', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.stored('-s-d', metas);
      const { resultConsumer } = backend;
      expectObservable(a$.pipe(then(() => resultConsumer.cancelFor('a')))).toBe('-(s|)', metas);
      expectObservable(a$).toBe('-|');
      expectSubscriptions(backend.watched('a')).toBe('^!');
    }));

  it('may stop the consumer', () =>
    watching(({ backend, a$, expectObservable, expectSubscriptions }) => {
      backend.stored('-s-d', metas);
      const { resultConsumer } = backend;
      expectObservable(a$.pipe(then(() => resultConsumer.stop()))).toBe('-(s|)', metas);
      expectObservable(resultConsumer.consumeFrom('b')).toBe('-|');
      expectSubscriptions(backend.watched('a')).toBe('^!');
    }));

  it('may retry upon an error, with a link of its own', () =>
    watching(
      ({ backend, a$, expectObservable, expectSubscriptions }) => {
        backend.cut('-x');
        backend.stored('--d', metas);
        expectObservable(a$.pipe(Rx.retry(1))).toBe('--(d|)', metas);
        expectSubscriptions(backend.watched('a')).toBe(['^!', '-^!']);
      },
      { retryPolicy: { maxRetries: 0 } },
    ));
});
