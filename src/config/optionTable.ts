/**
 * A table of options: what each is when it is left out, and that there are no others. From
 * one table follow the type that a user writes and the type that the code reads.
 *
 * @since 0.1.0
 */
import * as t from 'io-ts';
import { unknownOption } from './optionErrors.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What a user writes for the properties `P`: their output types, each optional.
 *
 * @category model
 * @since 0.1.0
 */
export type Written<P extends t.Props> = { readonly [K in keyof P]?: t.OutputOf<P[K]> };

/**
 * What is read from it.
 *
 * @category model
 * @since 0.1.0
 */
export type Read<P extends t.Props> = { readonly [K in keyof P]: t.TypeOf<P[K]> };

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/**
 * `type`, or `literal`, which stands for `meaning`.
 *
 * @category combinators
 * @since 0.1.0
 */
export const or = <L extends '' | boolean | null | undefined, A, B, M>(
  literal: L,
  meaning: M,
  type: t.Type<A, B>,
  name = `${type.name}, or ${literal}`,
): t.Type<A | M, B | L> =>
  new t.Type<A | M, B | L>(
    name,
    (u): u is A | M => u === meaning || type.is(u),
    (u, c) => (u === literal ? t.success(meaning) : type.validate(u, c)),
    (a) => (type.is(a) ? type.encode(a) : literal),
  );

/** @category combinators @since 0.1.0 */
export const nullable = <A, B>(type: t.Type<A, B>): t.Type<A | null, B | null> =>
  or(null, null, type);

/** @category combinators @since 0.1.0 */
export const optional = <A, B>(type: t.Type<A, B>): t.Type<A | undefined, B | undefined> =>
  or(undefined, undefined, type, type.name);

/** @category combinators @since 0.1.0 */
export const withDefault = <A, B>(type: t.Type<A, B>, fallback: A): t.Type<A, B | undefined> =>
  or(undefined, fallback, type, type.name);

/**
 * An object of these properties and no others.
 *
 * @category combinators
 * @since 0.1.0
 */
export const exactly = <P extends t.Props>(props: P): t.Type<Read<P>, Written<P>> => {
  const known = Object.keys(props);
  const type = t.type(props, 'an object');
  return new t.Type<Read<P>, Written<P>>(
    type.name,
    type.is,
    (u, c) => {
      if (!t.UnknownRecord.is(u)) return t.failure(u, c);
      const key = Object.keys(u).find((key) => !known.includes(key));
      return key === undefined
        ? type.validate(u, c)
        : t.failure(u[key], [...c, { key, type: t.never }], unknownOption(key, known));
    },
    type.encode,
  );
};
