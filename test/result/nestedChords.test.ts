import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { RedisBackend } from '../../src/backend/redisBackend.js';
import { AsyncResult } from '../../src/result/asyncResult.js';
import { fromTuple } from '../../src/result/groupResult.js';
import { bodiesIn } from '../../src/result/nestedChords.js';
import { failure, started, success, testBackend } from '../../src/testing/index.js';
import { asyncResultTuple, groupResultTuple } from '../../src/wire/resultTuple.js';
import { marbles } from '../consumer/marbles.js';

/** The body of a chord of two tasks. */
const bodyOf = (id: string) =>
  asyncResultTuple(
    id,
    groupResultTuple(`header of ${id}`, [
      asyncResultTuple(`${id}/0`, asyncResultTuple('before it')),
      asyncResultTuple(`${id}/1`),
    ]),
  );

const outer = asyncResultTuple(
  'outer',
  groupResultTuple('header', [bodyOf('inner'), asyncResultTuple('task'), bodyOf('other')]),
);

const resultIn = (backend: RedisBackend): AsyncResult => {
  const result = fromTuple(backend.producing.results, outer);
  if (result instanceof AsyncResult) return result;
  throw new Error('a group');
};

const metas = {
  s: started('inner'),
  f: failure('inner', 'ChordError', ['no']),
  d: success('inner', 1),
  o: success('outer', 42),
};

describe('a chord in the header of a chord', () => {
  it('is told by its body: of plain members and of chains there is nothing to look for', () => {
    expect(bodiesIn(outer)).toEqual(['inner', 'other']);
    expect(bodiesIn(asyncResultTuple('a', outer))).toEqual(['inner', 'other']);
    const deeper = asyncResultTuple('a', groupResultTuple('g', [outer]));
    expect(bodiesIn(deeper)).toEqual(['outer', 'inner', 'other']);
    expect(bodiesIn(bodyOf('plain'))).toEqual([]);
  });

  it('fails the wait for what comes after both, and each channel is left', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-s-f', metas);
      const failed = Rx.catchError((e: Error) => Rx.of(e.message));
      expectObservable(resultIn(backend).get().pipe(failed)).toBe('---(x|)', {
        x: "Task inner FAILURE: ChordError('no')",
      });
      for (const id of ['outer', 'inner', 'other']) {
        expectSubscriptions(backend.watched(id)).toBe('^--!');
      }
    }));

  it('does nothing to it where it succeeds', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-d--o', metas);
      expectObservable(Rx.from(resultIn(backend).get())).toBe('----(x|)', { x: 42 });
      expectSubscriptions(backend.watched('other')).toBe('^---!');
    }));

  it('is not looked at where failures are values', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-f--o', metas);
      const get = { propagate: false } as const;
      expectObservable(Rx.from(resultIn(backend).get(get))).toBe('----(x|)', { x: 42 });
      expectSubscriptions(backend.watched('inner')).toBe([]);
    }));
});
