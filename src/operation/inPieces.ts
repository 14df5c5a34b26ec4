/**
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Cancel, type Result, type Run, type Settle, started } from './run.js';

/**
 * Runs them, no more than `most` at once, piece by piece: the values in order, or the first
 * error, by which the others are cancelled.
 */
export const inPieces =
  <A>(runs: ReadonlyArray<Run<A>>, most: number): Run<ReadonlyArray<A>> =>
  (settle) => {
    const values: Array<A> = new Array(runs.length);
    let cancels: Array<Cancel> = [];
    let isOver = false;
    const stop = (): void => {
      isOver = true;
      for (const cancel of cancels) cancel?.();
    };
    const end = (result: Result<ReadonlyArray<A>>): void => {
      stop();
      settle(result);
    };
    const next = (from: number): void => {
      const piece = runs.slice(from, from + most);
      let left = piece.length;
      if (left === 0) {
        end(E.right(values));
        return;
      }
      const own: Array<Cancel> = [];
      cancels = own;
      const take =
        (at: number): Settle<A> =>
        (result) => {
          if (isOver) return;
          if (E.isLeft(result)) {
            end(result);
            return;
          }
          values[at] = result.right;
          left -= 1;
          if (left === 0) next(from + most);
        };
      for (const [i, run] of piece.entries()) {
        if (isOver) return;
        own.push(started(() => run, take(from + i)));
      }
    };
    next(0);
    return stop;
  };
