/**
 * One walk over a value for every serializer that has no markers: what is a list, what a
 * dict, what a leaf, and where a refusal is.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { EncodeError } from '../errors/errors.js';
import { ownRecord } from './ownRecord.js';
import { reasonOf } from './reason.js';
import { saysHow } from './toJson.js';
import { PythonText } from './values.js';

/**
 * What becomes of each kind of value, the parts of it done already.
 *
 * @internal
 */
export interface Algebra<A> {
  /** `None` refuses the leaf. */
  readonly leaf: (value: unknown) => O.Option<A>;
  readonly list: (items: ReadonlyArray<A>) => A;
  /** Any string is one where this is left out. */
  readonly isKey?: (key: string) => boolean;
  readonly dict: (members: ReadonlyArray<readonly [string, A]>) => A;
}

/** A cycle ends here too. */
const depthLimit = 500;

/**
 * Undefined members are left out, as by `JSON.stringify`; a `Map` is a dict in its order,
 * and its keys must be strings.
 *
 * @internal
 */
export const foldTree =
  <A>(algebra: Algebra<A>, format: string) =>
  (value: unknown): E.Either<EncodeError, A> => {
    const refuse = (problem: string, path: string) => E.left(new EncodeError(path, problem));

    const visit = (u: unknown, path: string, depth: number): E.Either<EncodeError, A> => {
      try {
        return fold(u, path, depth);
      } catch (thrown) {
        return refuse(`a getter or toJSON threw ${reasonOf(thrown)}`, path);
      }
    };

    const fold = (u: unknown, path: string, depth: number): E.Either<EncodeError, A> => {
      const leaf = algebra.leaf(u);
      if (O.isSome(leaf)) return E.right(leaf.value);
      if (typeof u !== 'object' || u === null)
        return refuse(`${nameOf(u)} has no form in ${format}`, path);
      if (depth > depthLimit)
        return refuse(`a cycle, or nested more than ${depthLimit} deep`, path.slice(0, 80));
      if (Array.isArray(u)) return list(u, path, depth + 1);
      if (u instanceof Map) return dict([...u], path, depth + 1);
      const own = ownRecord(u);
      if (own !== undefined) return refuse(`${own} has no form in ${format}`, path);
      const isText = u instanceof Date || u instanceof PythonText;
      if (!isText && saysHow(u)) return visit(u.toJSON(), path, depth + 1);
      return !isText && Object.prototype.toString.call(u) === '[object Object]'
        ? dict(Object.entries(u), path, depth + 1)
        : refuse(`${nameOf(u)} has no form in ${format}`, path);
    };

    const list = (items: ReadonlyArray<unknown>, path: string, depth: number) => {
      const done: Array<A> = [];
      for (const [i, item] of items.entries()) {
        const a = visit(item, `${path}[${i}]`, depth);
        if (E.isLeft(a)) return a;
        done.push(a.right);
      }
      return E.right(algebra.list(done));
    };

    const dict = (
      members: ReadonlyArray<readonly [unknown, unknown]>,
      path: string,
      depth: number,
    ) => {
      const done: Array<readonly [string, A]> = [];
      for (const [key, member] of members) {
        if (typeof key !== 'string')
          return refuse(`a key must be a string, not ${nameOf(key)}`, path);
        if (member === undefined) continue;
        if (algebra.isKey?.(key) === false) return refuse(`a key with no form in ${format}`, path);
        const a = visit(member, `${path}.${key}`, depth);
        if (E.isLeft(a)) return a;
        done.push([key, a.right]);
      }
      return E.right(algebra.dict(done));
    };

    return visit(value, '$', 0);
  };

const nameOf = (u: unknown): string =>
  typeof u === 'object' && u !== null
    ? `a value of class ${u.constructor?.name ?? 'null'}`
    : `${String(u)}`.slice(0, 40);
