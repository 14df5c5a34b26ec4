import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { chord } from '../../src/result/chord.js';
import {
  drawGroup,
  expectWatched,
  failure,
  success,
  testBackend,
} from '../../src/testing/index.js';
import { marbles, told } from '../consumer/marbles.js';

const metas = { x: (id: string) => failure(id, 'ValueError', ['bad', 7]) };

describe('chord', () => {
  it('goes on with the stream that its body makes of the values', () =>
    marbles(({ expectObservable, expectSubscriptions, cold }, scheduler) => {
      const backend = testBackend(scheduler);
      const header = drawGroup(backend, 'g', { a: '----1', i: { b: '--2' } });
      const body = cold('                              --x--y|');
      const given: Array<unknown> = [];
      const chord$ = chord(header, (values) => {
        given.push(values);
        return body;
      });
      expectObservable(chord$).toBe('           ------x--y|');
      expectSubscriptions(body.subscriptions).toBe('----^-----!');
      expectWatched(expectSubscriptions, backend, { a: '^---!', i: { b: '^-!' } });
      scheduler.flush();
      expect(given).toEqual([['1', ['2']]]);
    }));

  it('goes on with the task that its body sends', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const header = drawGroup(backend, 'g', { a: '-1', b: '--2' });
      backend.stored('-----s', { s: success('sum', 3) });
      expectObservable(chord(header, () => backend.asyncResult('sum').get())).toBe('-----(s|)', {
        s: 3,
      });
      expectSubscriptions(backend.watched('sum')).toBe('--^--!');
    }));

  it('fails at the first failure of its header, and calls no body', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const header = drawGroup(backend, 'g', { a: '-x', b: '---2' }, metas);
      const body = () => expect.fail('there is nothing to give it');
      expectObservable(told(chord(header, body))).toBe(
        '-#',
        undefined,
        "ChordError: Dependency a raised ValueError('bad', 7)",
      );
      expectWatched(expectSubscriptions, backend, { a: '^!', b: '^!' });
    }));

  it('leaves the channels with its reader, and then the body', () =>
    marbles(({ expectObservable, expectSubscriptions, cold }, scheduler) => {
      const backend = testBackend(scheduler);
      const header = drawGroup(backend, 'g', { a: '-1', b: '---2' });
      const body = cold('--x--y');
      const chord$ = chord(header, () => body);
      expectObservable(chord$, '^-!').toBe('-');
      expectObservable(chord$, '^-----!').toBe('-----x');
      expectSubscriptions(body.subscriptions).toBe('---^--!');
      expectWatched(expectSubscriptions, backend, { a: '^!', b: '^--!' });
    }));

  it('is aborted, stalls and times out as a join', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const header = drawGroup(backend, 'g', { a: '-1', b: '-' });
      const stalls = new Rx.Subject<ReadonlyArray<string>>();
      const options = {
        timeout: 4,
        stalledAfter: 1,
        onStalled: (ids: ReadonlyArray<string>) => stalls.next(ids),
      };
      expectObservable(told(chord(header, (values) => [values], options))).toBe(
        '4s #',
        undefined,
        expect.stringContaining('ResultTimeout: Task b'),
      );
      expectObservable(stalls).toBe('1001ms b', { b: ['b'] });
    }));

  it('fails with what its body throws', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const header = drawGroup(backend, 'g', { a: '-1' });
      const body = (): ReadonlyArray<never> => {
        throw new Error('no');
      };
      expectObservable(told(chord(header, body))).toBe('-#', undefined, 'Error: no');
    }));
});
