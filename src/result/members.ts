/**
 * What can be joined: results of tasks, and groups of them, nested to any depth.
 *
 * @since 0.1.0
 */
import type { Either } from 'fp-ts/lib/Either.js';
import type { ResultStoreError } from '../errors/errors.js';
import type { AsyncResult } from './asyncResult.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * The result of a task, or a group of results.
 *
 * @category model
 * @since 0.1.0
 */
export type Joinable = AsyncResult | ResultGroup;

/**
 * Results in header order, such as a `GroupResult`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ResultGroup<Results extends ReadonlyArray<Joinable> = ReadonlyArray<Joinable>> {
  readonly id: string;
  readonly results: Results;
}

/**
 * What a result comes to; with `F`, or to that.
 *
 * @category model
 * @since 0.1.0
 */
export type ValueOf<R, F = never> =
  R extends AsyncResult<infer A>
    ? A | F
    : R extends { readonly results: infer Results extends ReadonlyArray<Joinable> }
      ? Joined<Results, F>
      : never;

/** Results of which nothing is known, to any depth: where the types below stop. */
type Unknown<Results> = ReadonlyArray<Joinable> extends Results ? true : false;

/**
 * The values of results, in their structure: a tuple of results gives a tuple.
 *
 * @category model
 * @since 0.1.0
 */
export type Joined<Results extends ReadonlyArray<Joinable>, F = never> =
  Unknown<Results> extends true
    ? ReadonlyArray<unknown>
    : { readonly [K in keyof Results]: ValueOf<Results[K], F> };

/**
 * The outcome of a result, or those of a group.
 *
 * @category model
 * @since 0.1.0
 */
export type OutcomeOf<R> =
  R extends AsyncResult<infer A>
    ? Either<ResultStoreError, A>
    : R extends { readonly results: infer Results extends ReadonlyArray<Joinable> }
      ? Settled<Results>
      : never;

/**
 * The outcomes of results, in their structure.
 *
 * @category model
 * @since 0.1.0
 */
export type Settled<Results extends ReadonlyArray<Joinable>> =
  Unknown<Results> extends true
    ? SettledUnknown
    : { readonly [K in keyof Results]: OutcomeOf<Results[K]> };

type SettledUnknown = ReadonlyArray<Either<ResultStoreError, unknown> | SettledUnknown>;

// -------------------------------------------------------------------------------------
// refinements
// -------------------------------------------------------------------------------------

export const isGroup = (result: Joinable): result is ResultGroup => 'results' in result;

const isFlat = (results: ReadonlyArray<Joinable>): results is ReadonlyArray<AsyncResult> =>
  !results.some(isGroup);

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/** Results, or the results of a group. */
export const resultsOf = <Results extends ReadonlyArray<Joinable>>(
  header: Results | ResultGroup<Results>,
): Results => ('results' in header ? header.results : header);

/** The tasks, in the order in which they stand. */
export const leavesOf = (results: ReadonlyArray<Joinable>): ReadonlyArray<AsyncResult> => {
  if (isFlat(results)) return results;
  const leaves: Array<AsyncResult> = [];
  const visit = (result: Joinable): void => {
    if (isGroup(result)) result.results.forEach(visit);
    else leaves.push(result);
  };
  results.forEach(visit);
  return leaves;
};

/** One value a task, in the structure in which the tasks stand. */
export const inStructure = (
  results: ReadonlyArray<Joinable>,
  values: ReadonlyArray<unknown>,
): ReadonlyArray<unknown> => {
  if (isFlat(results)) return values;
  let at = 0;
  const placed = (result: Joinable): unknown => {
    if (isGroup(result)) return result.results.map(placed);
    at += 1;
    return values[at - 1];
  };
  return results.map(placed);
};
