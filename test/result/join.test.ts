import * as t from 'io-ts';
import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ChordError, TaskFailed } from '../../src/errors/errors.js';
import { fromObservable } from '../../src/operation/operation.js';
import { join } from '../../src/result/join.js';
import { joinSettled } from '../../src/result/joinSettled.js';
import { leavesOf } from '../../src/result/members.js';
import {
  drawGroup,
  expectWatched,
  failure,
  progress,
  revoked,
  success,
  testBackend,
} from '../../src/testing/index.js';
import { pythonException } from '../../src/wire/exception.js';
import { marbles, told } from '../consumer/marbles.js';

const fails = { x: (id: string) => failure(id, 'ValueError', ['bad', 7]) };

describe('join', () => {
  it('is the values in header order, once the last is there', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '----1', b: '--2', c: '-s-----3' });
      expectObservable(group.join()).toBe('-------(v|)', { v: ['1', '2', '3'] });
      expectWatched(expectSubscriptions, backend, {
        a: '^---!',
        b: '^-!',
        c: '^------!',
      });
    }));

  it('takes what was stored before, what comes meanwhile, and what is known already', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '1^', b: '-2' });
      const [a] = leavesOf(group.results);
      expectObservable(a?.result ?? Rx.EMPTY).toBe('(v|)', { v: '1' });
      expectObservable(Rx.timer(1).pipe(Rx.mergeMap(() => group.join()))).toBe('-(v|)', {
        v: ['1', '2'],
      });
      expectWatched(expectSubscriptions, backend, { a: [], b: '-(^!)' });
    }));

  it('runs anew each time', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const joined = drawGroup(backend, 'g', { a: '--1' }).join();
      expectObservable(joined).toBe('--(v|)', { v: ['1'] });
      expectObservable(joined, '----^').toBe('----(v|)', { v: ['1'] });
    }));

  it('nests as its groups do', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', {
        a: '---1',
        i: { b: '-2', j: { c: '----3' }, d: '--4' },
        none: {},
      });
      expectObservable(group.join()).toBe('----(v|)', { v: ['1', ['2', ['3'], '4'], []] });
    }));

  it('of nothing is nothing, at once', () =>
    marbles(({ expectObservable }) => {
      expectObservable(join([])).toBe('(v|)', { v: [] });
      expectObservable(join([], { timeout: 0, stalledAfter: 1 })).toBe('(v|)', { v: [] });
    }));

  it('has a member twice where it stands twice', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '--1' });
      expectObservable(join([...group.results, ...group.results])).toBe('--(v|)', {
        v: ['1', '1'],
      });
      expectSubscriptions(backend.watched('a')).toBe('^-!');
    }));

  it('checks each value by the codec of its own', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-ab', { a: success('a', 1), b: success('b', 'two') });
      const [a, b] = [backend.asyncResult('a', t.number), backend.asyncResult('b', t.string)];
      expectObservable(join([a, b])).toBe('--(v|)', { v: [1, 'two'] });
      expectObservable(told(join([a, backend.asyncResult('b', t.number)]))).toBe(
        '--#',
        undefined,
        'InvalidResult: Task b: Invalid value, a string, supplied to : number',
      );
    }));
});

describe('a join of which a member fails', () => {
  it('fails at once with a ChordError, and has left every channel by then', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-1', b: '---x', c: '------3' }, fails);
      expectObservable(told(group.join())).toBe(
        '---#',
        undefined,
        "ChordError: Dependency b raised ValueError('bad', 7)",
      );
      expectWatched(expectSubscriptions, backend, { a: '^!', b: '^--!', c: '^--!' });
    }));

  it("has the member's TaskFailed as its cause, in fp-ts as in RxJS", () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-x' }, fails);
      const seen = group
        .join()
        .pipe(
          Rx.catchError((error) =>
            Rx.of(
              error instanceof ChordError && error.cause instanceof TaskFailed
                ? [error.cause.taskId, error.cause.excType, error.cause.args]
                : error,
            ),
          ),
        );
      expectObservable(seen).toBe('-(x|)', { x: ['a', 'ValueError', ['bad', 7]] });
    }));

  it('need 25: names the member that was revoked', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '----1', b: '-r' }, { r: (id) => revoked(id) });
      expectObservable(told(group.join())).toBe(
        '-#',
        undefined,
        "ChordError: Dependency b raised TaskRevokedError('terminated')",
      );
    }));

  it('has its exception among the values where it is not to be propagated', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-x', b: '--2' }, fails);
      expectObservable(group.join({ propagate: false })).toBe('--(v|)', {
        v: [pythonException('ValueError', ['bad', 7]), '2'],
      });
    }));

  it('fails as the stream of the member does where that can go on no more', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-----1', b: '-----2' });
      scheduler.schedule(() => backend.resultConsumer.cancelFor('b'), 2);
      expectObservable(told(group.join())).toBe(
        '--#',
        undefined,
        'ResultCancelled: Task b: the wait was cancelled before a result arrived',
      );
      expectWatched(expectSubscriptions, backend, { a: '^-!', b: '^-!' });
    }));

  it('may have its siblings stopped, and then fails all the same', () =>
    marbles(({ expectObservable, expectSubscriptions, cold }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(
        backend,
        'g',
        { a: '-1', b: '--x', c: '------3', i: { d: '------4' } },
        fails,
      );
      const stopped: Array<ReadonlyArray<string>> = [];
      const cancelSiblings = (ids: ReadonlyArray<string>) => {
        stopped.push(ids);
        return fromObservable(cold<void>('--#'));
      };
      expectObservable(told(group.join({ cancelSiblings }))).toBe(
        '----#',
        undefined,
        expect.stringContaining('Dependency b'),
      );
      expectWatched(expectSubscriptions, backend, { c: '^-!', i: { d: '^-!' } });
      scheduler.flush();
      expect(stopped).toEqual([['c', 'd']]);
    }));

  it('stops no siblings where none failed but this process', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-1', b: '-' });
      const cancelSiblings = () => expect.fail('nothing is to be stopped');
      expectObservable(told(group.join({ cancelSiblings, timeout: 1 }))).toBe(
        '1s #',
        undefined,
        expect.stringContaining('ResultTimeout: Task b'),
      );
    }));

  it('fails where the function that stops its siblings throws', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-x', b: '--2' }, fails);
      const cancelSiblings = () => {
        throw new Error('no broker');
      };
      expectObservable(told(group.join({ cancelSiblings }))).toBe(
        '-#',
        undefined,
        expect.stringContaining('Dependency a'),
      );
    }));
});

describe('a join that is left', () => {
  it('leaves every channel with its reader', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-1', i: { b: '-----2' }, c: '-----3' });
      expectObservable(group.join(), '^--!').toBe('-');
      expectWatched(expectSubscriptions, backend, { a: '^!', i: { b: '^--!' }, c: '^--!' });
    }));

  it('leaves every channel at an abort, which is an error of its own', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const aborting = new AbortController();
      const group = drawGroup(backend, 'g', { a: '-1', b: '-----2' });
      scheduler.schedule(() => aborting.abort('enough'), 3);
      const joined = group.join({ signal: aborting.signal });
      expectObservable(told(joined)).toBe(
        '---#',
        undefined,
        'Aborted: The wait was aborted by its signal',
      );
      expectWatched(expectSubscriptions, backend, { a: '^!', b: '^--!' });
      expectObservable(joined.pipe(Rx.catchError((e) => Rx.of(e.cause))), '----^').toBe(
        '----(x|)',
        { x: 'enough' },
      );
    }));

  it('need 2: opens no channel where nobody waits any more at the end of the tick', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-1', b: '-2' });
      expectObservable(group.join(), '(^!)').toBe('');
      expectWatched(expectSubscriptions, backend, { a: [], b: [] });
    }));
});

describe('the timeout of a join', () => {
  const timeout = (id: string, seconds: number): string =>
    `ResultTimeout: Task ${id} has no result after ${seconds} s`;

  it('is for all members together, and names the first that is missing', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-1', b: '-', c: '-' });
      expectObservable(told(group.join({ timeout: 2 }))).toBe('2s #', undefined, timeout('b', 2));
      expectWatched(expectSubscriptions, backend, { b: '^ 1999ms !', c: '^ 1999ms !' });
    }));

  it("is the backend's unless told otherwise, and null is for ever", () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler, { resultTimeout: 1 });
      const group = drawGroup(backend, 'g', { a: '-' });
      expectObservable(told(group.join())).toBe('1s #', undefined, timeout('a', 1));
      expectObservable(group.join({ timeout: null }), '^ 60m !').toBe('-');
    }));

  it('of 0 takes what is there, and does not wait', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const there = drawGroup(backend, 'g', { a: '1^', i: { b: '2^' } });
      const some = drawGroup(backend, 'h', { c: '3^', d: '-4', e: '-5' });
      expectObservable(there.join({ timeout: 0 })).toBe('(v|)', { v: ['1', ['2']] });
      expectObservable(told(some.join({ timeout: 0 }))).toBe('#', undefined, timeout('d', 0));
      expectWatched(expectSubscriptions, backend, { a: [], i: { b: [] }, c: [], d: [], e: [] });
    }));

  it('that is spent still takes what is there', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler, {
        retryPolicy: { intervalStart: 0.1, intervalStep: 0, intervalMax: 0.1 },
      });
      const group = drawGroup(backend, 'g', { a: '1^', b: '2^' });
      backend.down('^ 499ms !');
      // it can be looked at after half a second
      expectObservable(group.join({ timeout: 0.001 })).toBe('500ms (v|)', { v: ['1', '2'] });
    }));

  it('is over all the same where nothing can be looked at', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '1^', b: '2^' });
      backend.down('^ 9s !');
      expectObservable(told(group.join({ timeout: 0.2 }))).toBe(
        '1s #',
        undefined,
        timeout('a', 0.2),
      );
      expectObservable(told(group.join({ timeout: 3 }))).toBe('3s #', undefined, timeout('a', 3));
    }));

  it('is refused with options that are none', () =>
    marbles(({ expectObservable }, scheduler) => {
      const group = drawGroup(testBackend(scheduler), 'g', { a: '-' });
      const none = null as never;
      for (const wait of [group.join(none), joinSettled(group, none)]) {
        expectObservable(told(wait)).toBe(
          '#',
          undefined,
          'InvalidArgument: options must be an object',
        );
      }
    }));

  it('that is none, and a threshold that is none, are refused', () =>
    marbles(({ expectObservable }, scheduler) => {
      const group = drawGroup(testBackend(scheduler), 'g', { a: '-' });
      for (const bad of [Number.NaN, -1]) {
        expectObservable(told(group.join({ timeout: bad }))).toBe(
          '#',
          undefined,
          'InvalidArgument: timeout must be a number of seconds from 0 on, or null, which is for ever',
        );
        expectObservable(told(group.join({ stalledAfter: bad }))).toBe(
          '#',
          undefined,
          'InvalidArgument: stalledAfter must be a number of seconds above 0',
        );
      }
    }));
});

describe('a join that stalls', () => {
  it('need 26: tells the ids that are missing, once for each silence, and goes on', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const stalls = new Rx.Subject<ReadonlyArray<string>>();
      const group = drawGroup(
        backend,
        'g',
        {
          a: '-1',
          b: '8s p 3s 2',
          i: { c: '20s 3' },
        },
        { p: (id) => progress(id, 1) },
      );
      expectObservable(group.join({ stalledAfter: 5, onStalled: (ids) => stalls.next(ids) })).toBe(
        '20s (v|)',
        { v: ['1', '2', ['3']] },
      );
      expectObservable(stalls).toBe('5001ms b 10999ms c', { b: ['b', 'c'], c: ['c'] });
    }));

  it('tells nothing where it is done in time, nor after its end', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const onStalled = () => expect.fail('nothing has stalled');
      const options = { stalledAfter: 1, onStalled };
      const done = drawGroup(backend, 'g', { a: '-1', b: '999ms 2' });
      const failed = drawGroup(backend, 'h', { c: '-x', d: '2s 4' }, fails);
      const left = drawGroup(backend, 'i', { e: '2s 4' });
      expectObservable(done.join(options)).toBe('999ms (v|)', { v: ['1', '2'] });
      expectObservable(told(failed.join(options))).toBe('-#', undefined, expect.anything());
      expectObservable(left.join(options), '^ 500ms !').toBe('-');
    }));
});
