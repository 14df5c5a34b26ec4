import { describe, it } from 'vitest';
import {
  drawGroup,
  expectWatched,
  failure,
  revoked,
  testBackend,
} from '../../src/testing/index.js';
import { marbles, told } from '../consumer/marbles.js';

const metas = {
  x: (id: string) => failure(id, 'ValueError'),
  r: (id: string) => revoked(id),
};

const of = (total: number) => (ready: number, failed: number) => ({ ready, total, failed });

describe('progress$', () => {
  it('counts the tasks that are ready, and completes with the last', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(
        backend,
        'g',
        { a: '-s-1', i: { b: '-x', j: { c: '-----3' } }, d: '-------r' },
        metas,
      );
      const at = of(4);
      expectObservable(group.progress$).toBe('01-2-3-(4|)', {
        0: at(0, 0),
        1: at(1, 1),
        2: at(2, 1),
        3: at(3, 1),
        4: at(4, 2),
      });
      expectWatched(expectSubscriptions, backend, {
        a: '^--!',
        i: { b: '^!', j: { c: '^----!' } },
        d: '^------!',
      });
    }));

  it('emits once in a tick, however many are ready in it', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const lines = { a: '-1', b: '-2', c: '------3', d: '------4' };
      const at = of(4);
      expectObservable(drawGroup(backend, 'g', lines).progress$).toBe('02----(4|)', {
        0: at(0, 0),
        2: at(2, 0),
        4: at(4, 0),
      });
    }));

  it('of nothing is all of it', () =>
    marbles(({ expectObservable }, scheduler) => {
      const group = testBackend(scheduler).groupResult('g', []);
      expectObservable(group.progress$).toBe('(0|)', { 0: of(0)(0, 0) });
    }));

  it('leaves every channel with its reader', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-1', b: '-----2' });
      expectObservable(group.progress$, '^--!').toBe('01', { 0: of(2)(0, 0), 1: of(2)(1, 0) });
      expectWatched(expectSubscriptions, backend, { a: '^!', b: '^--!' });
    }));

  it('fails as the stream of a task does that can go on no more', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-1', b: '-----2' });
      scheduler.schedule(() => backend.resultConsumer.cancelFor('b'), 2);
      expectObservable(told(group.progress$)).toBe(
        '01#',
        { 0: of(2)(0, 0), 1: of(2)(1, 0) },
        'ResultCancelled: Task b: the wait was cancelled before a result arrived',
      );
      expectWatched(expectSubscriptions, backend, { a: '^!', b: '^-!' });
    }));
});
