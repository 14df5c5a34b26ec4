import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import * as Rx from 'rxjs';
import { describe, it } from 'vitest';
import type { ResultStoreError } from '../../src/errors/errors.js';
import type { Operation } from '../../src/operation/operation.js';
import { joinSettled } from '../../src/result/joinSettled.js';
import {
  drawGroup,
  expectWatched,
  failure,
  revoked,
  success,
  testBackend,
} from '../../src/testing/index.js';
import { marbles, told } from '../consumer/marbles.js';

const metas = {
  x: (id: string) => failure(id, 'ValueError', ['bad', 7]),
  r: (id: string) => revoked(id),
};

/** Values, and errors by their name and text; lists as they are nested. */
type Shown = string | ReadonlyArray<Shown>;

const shown = (u: unknown): Shown =>
  Array.isArray(u)
    ? u.map(shown)
    : E.match(String, String)(u as E.Either<ResultStoreError, unknown>);

const settledAs = (joined: Operation<unknown>): Rx.Observable<Shown> =>
  told(joined).pipe(Rx.map(shown));

describe('joinSettled', () => {
  it('need 20: is every Either, in order, once the last task has ended', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(
        backend,
        'g',
        { a: '---1', b: '-x', i: { c: '-----3', d: '--r' } },
        metas,
      );
      expectObservable(settledAs(joinSettled(group))).toBe('-----(v|)', {
        v: [
          '1',
          "TaskFailed: Task b FAILURE: ValueError('bad', 7)",
          ['3', "TaskFailed: Task d REVOKED: TaskRevokedError('terminated')"],
        ],
      });
      expectWatched(expectSubscriptions, backend, {
        a: '^--!',
        b: '^!',
        i: { c: '^----!', d: '^-!' },
      });
    }));

  it('has what its codec says to each, and what ended the stream of one', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-a', { a: success('a', 'one') });
      scheduler.schedule(() => backend.resultConsumer.cancelFor('b'), 2);
      const results = [backend.asyncResult('a', t.number), backend.asyncResult('b')];
      expectObservable(settledAs(joinSettled(results))).toBe('--(v|)', {
        v: [
          'InvalidResult: Task a: Invalid value, a string, supplied to : number',
          'ResultCancelled: Task b: the wait was cancelled before a result arrived',
        ],
      });
    }));

  it('has a ResultTimeout for each that is missing once the time is over', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-1', b: '-', c: '-' });
      const late = (id: string): string => `ResultTimeout: Task ${id} has no result after 2 s`;
      expectObservable(settledAs(joinSettled(group, { timeout: 2 }))).toBe('2s (v|)', {
        v: ['1', late('b'), late('c')],
      });
      expectWatched(expectSubscriptions, backend, { b: '^ 1999ms !', c: '^ 1999ms !' });
    }));

  it('takes what is there with a timeout of 0', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '1^', b: 'x^', c: '-' }, metas);
      const tags$ = joinSettled(group, { timeout: 0 }).pipe(
        Rx.map((all) => all.map((one) => ('_tag' in one ? one._tag : 'nested'))),
      );
      expectObservable(tags$).toBe('(v|)', { v: ['Right', 'Left', 'Left'] });
    }));

  it('leaves every channel with its reader, and at an abort', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-1', b: '-----2' });
      expectObservable(joinSettled(group), '^--!').toBe('-');
      expectWatched(expectSubscriptions, backend, { a: '^!', b: '^--!' });
      const other = drawGroup(backend, 'h', { c: '-----3' });
      const aborting = new AbortController();
      scheduler.schedule(() => aborting.abort('enough'), 2);
      expectObservable(told(joinSettled(other, { signal: aborting.signal }))).toBe(
        '--#',
        undefined,
        'Aborted: The wait was aborted by its signal',
      );
      expectWatched(expectSubscriptions, backend, { c: '^-!' });
    }));
});
