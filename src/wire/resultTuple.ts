/**
 * `ResultTuple`: a reference to a task or a group, with what came before it. It is what
 * `children` and saved groups are made of. Source: `as_tuple` and `result_from_tuple` in
 * `celery/result.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { Uuid } from '../serialization/values.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A result or a group of results, by their ids. Celery: `ResultBase.as_tuple`.
 *
 * @category model
 * @since 0.1.0
 */
export type ResultTuple = AsyncResultTuple | GroupResultTuple;

/**
 * One task's result.
 *
 * @category model
 * @since 0.1.0
 */
export interface AsyncResultTuple {
  readonly _tag: 'AsyncResult';
  readonly id: string;
  readonly parent: ResultTuple | null;
}

/**
 * A group's results, in header order; groups nest.
 *
 * @category model
 * @since 0.1.0
 */
export interface GroupResultTuple {
  readonly _tag: 'GroupResult';
  readonly id: string;
  readonly parent: ResultTuple | null;
  readonly results: ReadonlyArray<ResultTuple>;
}

/**
 * The wire's form: `[[id, parent], null]`, or `[[id, parent], [children]]` for a group.
 *
 * @category model
 * @since 0.1.0
 */
export type WireTuple = readonly [
  readonly [string, WireTuple | null],
  ReadonlyArray<WireTuple> | null,
];

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * The result of one task, and the one that it was called after.
 *
 * @category constructors
 * @since 0.1.0
 */
export const asyncResultTuple = (
  id: string,
  parent: ResultTuple | null = null,
): AsyncResultTuple => ({ _tag: 'AsyncResult', id, parent });

/**
 * The results of a group, in order.
 *
 * @category constructors
 * @since 0.1.0
 */
export const groupResultTuple = (
  id: string,
  results: ReadonlyArray<ResultTuple>,
  parent: ResultTuple | null = null,
): GroupResultTuple => ({ _tag: 'GroupResult', id, parent, results });

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * @category conversions
 * @since 0.1.0
 */
export const toWireTuple = (tuple: ResultTuple): WireTuple => [
  [tuple.id, tuple.parent && toWireTuple(tuple.parent)],
  tuple._tag === 'GroupResult' ? tuple.results.map(toWireTuple) : null,
];

/** Deeper than any result Python could write or read, and no danger to the stack. */
const depthLimit = 1000;

/**
 * `None` of what Python would refuse gets through: a `Left` says what was found instead.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromWireTuple = (u: unknown, depth = 0): E.Either<string, ResultTuple> => {
  if (depth > depthLimit) return E.left(`results nested more than ${depthLimit} deep`);
  if (!Array.isArray(u) || u.length !== 2) return E.left('a result is not a pair');
  const [head, nodes]: ReadonlyArray<unknown> = u;
  const [rawId, rawParent]: ReadonlyArray<unknown> =
    Array.isArray(head) && head.length === 2 ? head : [head, null];
  const id = rawId instanceof Uuid ? rawId.text : rawId;
  if (typeof id !== 'string' || id === '') return E.left('a result without an id');
  const parent = isNothing(rawParent) ? E.right(null) : fromWireTuple(rawParent, depth + 1);
  if (E.isLeft(parent)) return parent;
  if (nodes === null) return E.right(asyncResultTuple(id, parent.right));
  const children = Array.isArray(nodes) ? nodes : isEmptyObject(nodes) ? [] : undefined;
  if (children === undefined) return E.left(`the members of group ${id} are not a list`);
  const results: Array<ResultTuple> = [];
  for (const child of children) {
    const result = fromWireTuple(child, depth + 1);
    if (E.isLeft(result)) return result;
    results.push(result.right);
  }
  return E.right(groupResultTuple(id, results, parent.right));
};

/** What is false in Python is no parent. */
const isNothing = (u: unknown): boolean =>
  !u || (Array.isArray(u) ? u.length === 0 : isEmptyObject(u));

/** An empty list, as Lua's cjson writes it. */
const isEmptyObject = (u: unknown): boolean =>
  typeof u === 'object' && u !== null && !Array.isArray(u) && Object.keys(u).length === 0;

// -------------------------------------------------------------------------------------
// codecs
// -------------------------------------------------------------------------------------

const isResultTuple = (u: unknown): u is ResultTuple =>
  t.type({ _tag: t.string, id: t.string }).is(u) &&
  'parent' in u &&
  (u.parent === null || isResultTuple(u.parent)) &&
  (u._tag === 'AsyncResult' ||
    (u._tag === 'GroupResult' &&
      'results' in u &&
      Array.isArray(u.results) &&
      u.results.every(isResultTuple)));

/**
 * From and to Celery's nested lists.
 *
 * @category codecs
 * @since 0.1.0
 */
export const ResultTuple = new t.Type<ResultTuple, WireTuple, unknown>(
  'ResultTuple',
  isResultTuple,
  (u, context) => {
    const tuple = fromWireTuple(u);
    return E.isRight(tuple) ? tuple : t.failure(u, context, tuple.left);
  },
  toWireTuple,
);
