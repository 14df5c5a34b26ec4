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
import { isFalsy } from './isFalsy.js';
import { totalType } from './totalType.js';

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
  /** The task's id. */
  readonly id: string;
  /** What it was called after. */
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
  /** The group's id. */
  readonly id: string;
  /** What it was called after. */
  readonly parent: ResultTuple | null;
  /** Its members, in header order. */
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
 * Celery's nested lists for a reference.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toWireTuple = (tuple: ResultTuple): WireTuple => [
  [tuple.id, tuple.parent && toWireTuple(tuple.parent)],
  tuple._tag === 'GroupResult' ? tuple.results.map(toWireTuple) : null,
];

/**
 * The wire's form of what refers to a result: a tuple, or a result that can give its tuple.
 * A `Left` where it is neither.
 *
 * @internal
 */
export const wireTupleOf = (u: unknown): E.Either<string, WireTuple> => {
  try {
    const tuple = hasTuple(u) ? u.asTuple() : u;
    if (isReference(tuple, 0)) return E.right(toWireTuple(tuple));
  } catch {
    // A getter or a proxy that throws.
  }
  return E.left('not a reference to a result');
};

const hasTuple = (u: unknown): u is { readonly asTuple: () => unknown } =>
  typeof u === 'object' && u !== null && 'asTuple' in u && typeof u.asTuple === 'function';

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
  const parent = isFalsy(rawParent) ? E.right(null) : fromWireTuple(rawParent, depth + 1);
  if (E.isLeft(parent)) return parent;
  if (nodes === null) return E.right(asyncResultTuple(id, parent.right));
  const children = Array.isArray(nodes) ? nodes : isEmpty(nodes) ? [] : undefined;
  if (children === undefined) return E.left(`the members of group ${id} are not a list`);
  const results: Array<ResultTuple> = [];
  for (const child of children) {
    const result = fromWireTuple(child, depth + 1);
    if (E.isLeft(result)) return result;
    results.push(result.right);
  }
  return E.right(groupResultTuple(id, results, parent.right));
};

/** Empty, and to be iterated over: Lua's cjson writes an empty list as `{}`. */
const isEmpty = (u: unknown): boolean =>
  isFalsy(u) && (typeof u === 'string' || (typeof u === 'object' && u !== null));

// -------------------------------------------------------------------------------------
// codecs
// -------------------------------------------------------------------------------------

const isReference = (u: unknown, depth: number): u is ResultTuple =>
  depth <= depthLimit &&
  Shape.is(u) &&
  (u.parent === null || isReference(u.parent, depth + 1)) &&
  (u._tag === 'AsyncResult' ||
    (u._tag === 'GroupResult' &&
      'results' in u &&
      Array.isArray(u.results) &&
      u.results.every((result) => isReference(result, depth + 1))));

const Shape = t.type({ _tag: t.string, id: t.string, parent: t.unknown });

/**
 * From and to Celery's nested lists.
 *
 * @category codecs
 * @since 0.1.0
 */
export const ResultTuple = totalType(
  new t.Type<ResultTuple, WireTuple, unknown>(
    'ResultTuple',
    (u): u is ResultTuple => isReference(u, 0),
    (u, context) => {
      const tuple = fromWireTuple(u);
      return E.isRight(tuple) ? tuple : t.failure(u, context, tuple.left);
    },
    toWireTuple,
  ),
);
