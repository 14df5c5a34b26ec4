/**
 * Joins what is asked for in one tick: each item has its own result, and those that are
 * run in the same tick are sent together.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import * as Rx from 'rxjs';
import { fromUnknown, type ResultStoreError, UnexpectedError } from '../errors/errors.js';
import { atEndOfTick } from './endOfTick.js';
import { isolated } from './isolated.js';
import type { Run } from './operation.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export type Result<A> = E.Either<ResultStoreError, A>;

export interface PerTick<I, A> {
  /** Sends the items of one batch; their results come in the same order. */
  readonly send: (items: ReadonlyNonEmptyArray<I>) => Rx.Observable<ReadonlyArray<Result<A>>>;
  /** Whether an error came of one item, and before any has had an effect. */
  readonly isRefusal: (error: ResultStoreError) => boolean;
  /** Whether an item can go into a batch with the first one of it. */
  readonly joins: (item: I, first: I) => boolean;
  readonly weight: (item: I) => number;
  /**
   * How many items a batch takes before there is another one. More than these are halved,
   * so that one half is sent and settled while the other runs.
   */
  readonly least: number;
  /** How many items a batch holds at most, and how heavy it may be unless it is one item. */
  readonly most: number;
  readonly heaviest: number;
}

interface Waiting<I, A> {
  readonly item: I;
  readonly settle: (result: Result<A>) => void;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * A `Left` among the results fails its own item; a failure of `send` each of its batch,
 * unless it is a refusal: halving finds the item that was refused.
 */
export const perTick = <I, A>(options: PerTick<I, A>): ((item: I) => Run<A>) => {
  let waiting: Array<Waiting<I, A>> = [];
  const send = (batch: ReadonlyNonEmptyArray<Waiting<I, A>>): Rx.Observable<unknown> => {
    const settleEach = (resultOf: (i: number) => Result<A>): void => {
      for (const [i, { settle }] of batch.entries()) isolated(() => settle(resultOf(i)));
    };
    return options.send(RNEA.map(({ item }: Waiting<I, A>) => item)(batch)).pipe(
      Rx.tap((results) => settleEach((i) => results[i] ?? missing)),
      Rx.catchError((thrown) => {
        const error = fromUnknown(thrown);
        if (batch.length > 1 && options.isRefusal(error)) {
          const halves = RNEA.chunksOf(Math.ceil(batch.length / 2))(batch);
          return Rx.from(halves).pipe(Rx.concatMap(send));
        }
        settleEach(() => E.left(error));
        return Rx.EMPTY;
      }),
    );
  };
  const flush = (): void => {
    const all = waiting;
    waiting = [];
    for (const batch of batches(options, all)) send(batch).subscribe();
  };
  return (item) => (settle) => {
    if (waiting.push({ item, settle }) === 1) atEndOfTick(flush);
    return undefined;
  };
};

const missing = E.left(new UnexpectedError('the reply is shorter than the batch'));

const batches = <I, A>(
  { joins, weight, least, most, heaviest }: PerTick<I, A>,
  all: ReadonlyArray<Waiting<I, A>>,
): ReadonlyArray<ReadonlyNonEmptyArray<Waiting<I, A>>> => {
  const size = Math.min(most, Math.max(least, Math.ceil(all.length / 2)));
  const split: Array<[Waiting<I, A>, ...Array<Waiting<I, A>>]> = [];
  let load = 0;
  for (const one of all) {
    const batch = split.at(-1);
    load += weight(one.item);
    if (
      batch !== undefined &&
      batch.length < size &&
      load <= heaviest &&
      joins(one.item, batch[0].item)
    ) {
      batch.push(one);
    } else {
      split.push([one]);
      load = weight(one.item);
    }
  }
  return split;
};
