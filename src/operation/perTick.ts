/**
 * Joins what is asked for in one tick: each item has its own result, and those that are
 * run in the same tick are sent together.
 *
 * One item's refusal is no matter of the others. What is refused with others is halved, until
 * the refused one is alone. What is lost with others, when the link breaks, may have been
 * lost because of one of them; so when those are run again they go one after another, and
 * together only as long as that goes well. What is lost with others once more goes alone.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import type { ReadonlyNonEmptyArray } from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import { type ResultStoreError, UnexpectedError } from '../errors/errors.js';
import { atEndOfTick } from './endOfTick.js';
import { isolated } from './isolated.js';
import { type Result, type Run, type Settle, started } from './run.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What became of a batch as a whole:
 * - `Refused`: the server did not run it, and said why;
 * - `Lost`: the link broke under it;
 * - `Unsent`: there is no link to send it over.
 */
export type Failing = 'Refused' | 'Lost' | 'Unsent';

export interface PerTick<I, A> {
  /** Sends the items of one batch; their results come in the same order. */
  readonly send: (items: ReadonlyNonEmptyArray<I>) => Run<ReadonlyArray<Result<A>>>;
  readonly failing: (error: ResultStoreError) => Failing;
  /** Whether an item can go into a batch with the first one of it. */
  readonly joins: (item: I, first: I) => boolean;
  /** Items that are asked for between others are brought together by this; in order, where it is left out. */
  readonly kin?: (item: I) => string;
  /** In bytes. */
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
  /** Tells nothing once cancelled. */
  settle: Settle<A>;
}

/** Told of a batch that failed. */
type Done = (failing?: Failing, left?: E.Left<ResultStoreError>) => void;

type Batch<I, A> = ReadonlyNonEmptyArray<Waiting<I, A>>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** A run of the same item object again is one of what was lost, if it was. */
export const perTick = <I extends object, A>(options: PerTick<I, A>): ((item: I) => Run<A>) => {
  let waiting: Array<Waiting<I, A>> = [];
  /** How often an item was lost with others. */
  const losses = new WeakMap<I, number>();
  const isSuspect = ({ item }: Waiting<I, A>): boolean => losses.has(item);
  const goesAlone = (item: I): boolean => (losses.get(item) ?? 0) > 1;
  const line: Array<Waiting<I, A>> = [];
  let isMoving = false;

  /** `done` is told what became of the last part of it. */
  const send = (batch: Batch<I, A>, done: Done): void => {
    started(
      () => options.send(RNEA.map(({ item }: Waiting<I, A>) => item)(batch)),
      (results) => {
        if (E.isRight(results)) {
          settleEach(batch, (i) => results.right[i] ?? missing);
          return done();
        }
        const failing = options.failing(results.left);
        if (failing === 'Refused' && batch.length > 1) {
          const [first, second] = halves(batch);
          return send(first, () => (second === undefined ? done() : send(second, done)));
        }
        if (failing === 'Lost' && batch.length > 1) {
          for (const { item } of batch) losses.set(item, (losses.get(item) ?? 0) + 1);
        }
        settleEach(batch, () => results);
        done(failing, results);
      },
    );
  };

  /** The suspects, at first one alone, and twice as many each time that it goes well. */
  const advance = (size: number): void => {
    const joins: typeof options.joins = (item, first) =>
      !goesAlone(item) && !goesAlone(first) && options.joins(item, first);
    const [first] = batches({ ...options, joins, least: size, most: size }, line.slice(0, size));
    isMoving = first !== undefined;
    if (first === undefined) return;
    line.splice(0, first.length);
    send(first, (failing, left) => {
      // they would all meet the same
      if (failing === 'Unsent' && left) settleEach(line.splice(0), () => left);
      advance(failing === undefined ? Math.min(2 * size, options.most) : 1);
    });
  };

  const flush = (): void => {
    const all = waiting;
    waiting = [];
    const { left: others, right: suspects } = RA.partition(isSuspect)(all);
    for (const batch of batches(options, others)) send(batch, constVoid);
    line.push(...suspects);
    if (!isMoving) advance(1);
  };

  return (item) => (settle) => {
    const one: Waiting<I, A> = { item, settle };
    if (waiting.push(one) === 1) atEndOfTick(flush);
    return () => {
      one.settle = constVoid;
    };
  };
};

const missing = E.left(new UnexpectedError('the reply is shorter than the batch'));

const settleEach = <I, A>(
  batch: ReadonlyArray<Waiting<I, A>>,
  resultOf: (i: number) => Result<A>,
): void => {
  for (const [i, { settle }] of batch.entries()) isolated(() => settle(resultOf(i)));
};

const halves = <W>(batch: ReadonlyNonEmptyArray<W>) =>
  pipe(batch, RNEA.chunksOf(Math.ceil(batch.length / 2)));

const batches = <I, A>(
  { joins, kin, weight, least, most, heaviest }: PerTick<I, A>,
  inOrder: ReadonlyArray<Waiting<I, A>>,
): ReadonlyArray<Batch<I, A>> => {
  const all = kin === undefined || inOrder.length < 3 ? inOrder : byKin(kin, inOrder);
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

const byKin = <I, A>(
  kin: (item: I) => string,
  all: ReadonlyArray<Waiting<I, A>>,
): ReadonlyArray<Waiting<I, A>> => {
  const kins = new Map<string, Array<Waiting<I, A>>>();
  for (const one of all) {
    const name = kin(one.item);
    const others = kins.get(name);
    if (others === undefined) kins.set(name, [one]);
    else others.push(one);
  }
  return [...kins.values()].flat();
};
