import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { Closed } from '../../src/errors/errors.js';
import { inPieces } from '../../src/operation/inPieces.js';
import { type Result, type Run, type Settle, settled } from '../../src/operation/run.js';

const error = new Closed('backend');

/** Runs that wait to be settled by the test, and what became of them. */
const waiting = (count: number) => {
  const settles = new Map<number, Settle<number>>();
  const cancelled: Array<number> = [];
  const runs = Array.from(
    { length: count },
    (_, i): Run<number> =>
      (settle) => {
        settles.set(i, settle);
        return () => {
          cancelled.push(i);
        };
      },
  );
  return {
    runs,
    cancelled,
    settle: (i: number, result: Result<number>) => settles.get(i)?.(result),
    started: () => [...settles.keys()],
  };
};

const heard = <A>(run: Run<A>) => {
  const results: Array<Result<A>> = [];
  const cancel = run((result) => results.push(result));
  return { results, cancel };
};

describe('inPieces', () => {
  it('is the values in order, in whichever order they come', () => {
    const { runs, settle } = waiting(3);
    const { results } = heard(inPieces(runs, 3));
    for (const i of [2, 0]) settle(i, E.right(i));
    expect(results).toEqual([]);
    settle(1, E.right(1));
    expect(results).toEqual([E.right([0, 1, 2])]);
  });

  it('starts a piece once the one before it is done', () => {
    const { runs, settle, started } = waiting(5);
    const { results } = heard(inPieces(runs, 2));
    expect(started()).toEqual([0, 1]);
    settle(1, E.right(1));
    expect(started()).toEqual([0, 1]);
    settle(0, E.right(0));
    expect(started()).toEqual([0, 1, 2, 3]);
    for (const i of [2, 3, 4]) settle(i, E.right(i));
    expect(results).toEqual([E.right([0, 1, 2, 3, 4])]);
  });

  it('is the first error, and cancels the others', () => {
    const { runs, settle, cancelled, started } = waiting(4);
    const { results } = heard(inPieces(runs, 3));
    settle(1, E.left(error));
    settle(0, E.right(0));
    expect(results).toEqual([E.left(error)]);
    expect(cancelled).toEqual([0, 1, 2]);
    expect(started()).toEqual([0, 1, 2]);
  });

  it('starts no more after an error that is there at once', () => {
    const { runs, started } = waiting(2);
    expect(heard(inPieces([settled(E.left(error)), ...runs], 3)).results).toEqual([E.left(error)]);
    expect(started()).toEqual([]);
  });

  it('cancels those under way, and starts no others', () => {
    const { runs, settle, cancelled } = waiting(3);
    const { results, cancel } = heard(inPieces(runs, 2));
    cancel?.();
    settle(0, E.right(0));
    expect(cancelled).toEqual([0, 1]);
    expect(results).toEqual([]);
  });

  it('of what is there already, and of nothing, is there at once', () => {
    const three = [1, 2, 3].map((n) => settled(E.right(n)));
    expect(heard(inPieces(three, 1)).results).toEqual([E.right([1, 2, 3])]);
    expect(heard(inPieces([], 1)).results).toEqual([E.right([])]);
  });
});
