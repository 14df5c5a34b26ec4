/**
 * The io-ts types that options are made of. Each is named by what it expects, so that
 * its name completes the sentence "expected …, got …"; and its output type is all that
 * a user may write.
 *
 * @since 0.1.0
 */
import { identity, pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as t from 'io-ts';
import { MAX_SECONDS } from '../operation/maxWait.js';
import { CLIENT_NAME, isClientName } from './clientName.js';
import { kind } from './optionErrors.js';
import { parseTlsVersion, TLS_VERSIONS } from './tlsVersion.js';
import { parseInteger, parseNumber } from './urlQuery.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

const refined = <A>(name: string, is: t.Is<A>): t.Type<A> =>
  new t.Type(name, is, (u, c) => (is(u) ? t.success(u) : t.failure(u, c)), identity);

const read = <A extends B, B>(name: string, from: (u: unknown) => O.Option<A>): t.Type<A, B> =>
  new t.Type<A, B>(
    name,
    (u): u is A =>
      pipe(
        from(u),
        O.exists((a) => a === u),
      ),
    (u, c) =>
      pipe(
        from(u),
        O.match(() => t.failure(u, c), t.success),
      ),
    identity,
  );

/** @category constructors @since 0.1.0 */
export const text = refined('a string', t.string.is);

/**
 * @category constructors
 * @since 0.1.0
 */
export const clientName: t.Type<string> = refined(
  `a name of ${CLIENT_NAME}`,
  (u): u is string => text.is(u) && isClientName(u),
);

/**
 * Text that no error message may show, whatever was given in its place.
 *
 * @category constructors
 * @since 0.1.0
 */
export const secret: t.Type<string> = new t.Type(
  text.name,
  text.is,
  (u, c) => (text.is(u) ? t.success(u) : t.failure(u, c, `expected a string, got ${kind(u)}`)),
  identity,
);

/**
 * @category constructors
 * @since 0.1.0
 */
export const tlsVersion: t.Type<string | number> = refined(
  TLS_VERSIONS,
  (u): u is string | number =>
    (typeof u === 'string' || typeof u === 'number') && O.isSome(parseTlsVersion(String(u))),
);

/** @category constructors @since 0.1.0 */
export const flag = refined('true or false', t.boolean.is);

/**
 * A list of what `item` takes; an item that does not fit is told by its place.
 *
 * @category constructors
 * @since 0.1.0
 */
export const list = <A>(items: string, item: t.Type<A>): t.Type<ReadonlyArray<A>> =>
  t.readonlyArray(item, `an array of ${items}`);

/** @category constructors @since 0.1.0 */
export const oneOf = <A extends string>(allowed: Iterable<A>): t.Type<A> => {
  const values: ReadonlySet<unknown> = new Set(allowed);
  return refined(`one of ${[...values].join(', ')}`, (u): u is A => values.has(u));
};

/**
 * A number, or the text of one.
 *
 * @category constructors
 * @since 0.1.0
 */
export const integer = (
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): t.Type<number, number | string> =>
  read(
    most === Number.MAX_SAFE_INTEGER
      ? `an integer of at least ${least}`
      : `an integer from ${least} to ${most}`,
    (u) =>
      pipe(
        typeof u === 'string' ? parseInteger(u) : numeric(u),
        O.filter((n) => Number.isInteger(n) && n >= least && n <= most),
      ),
  );

const numeric = (u: unknown): O.Option<number> =>
  typeof u === 'string' ? parseNumber(u) : typeof u === 'number' ? O.some(u) : O.none;

/**
 * A number, or the text of one, in the unit of the option.
 *
 * @category constructors
 * @since 0.1.0
 */
export const between = (least: number, most: number): t.Type<number, number | string> =>
  read(
    most === Number.POSITIVE_INFINITY
      ? `a number of at least ${least}`
      : `a number from ${least} to ${most}`,
    (u) =>
      pipe(
        numeric(u),
        O.filter((n) => n >= least && n <= most),
      ),
  );

/**
 * Seconds to wait: never none, and never more than a timer can count.
 *
 * @category constructors
 * @since 0.1.0
 */
export const deadline: t.Type<number, number | string> = read(
  `a number of seconds over 0, up to ${MAX_SECONDS}`,
  (u) =>
    pipe(
      numeric(u),
      O.filter((n) => n > 0 && n <= MAX_SECONDS),
    ),
);

/**
 * A time to live in whole seconds, read as Python's `int()` reads it; 0, and `null`,
 * is for ever.
 *
 * @category constructors
 * @since 0.1.0
 */
export const timeToLive: t.Type<number, number | string | null> = read(
  'a time to live of at least 0 seconds, or null',
  (u) =>
    pipe(
      u === null ? O.some(0) : typeof u === 'string' ? parseInteger(u) : numeric(u),
      O.filter(Number.isFinite),
      // Adding 0 turns the -0 of a fraction below it into 0.
      O.map((seconds) => Math.trunc(seconds) + 0),
      O.filter((seconds) => seconds >= 0),
    ),
);

/**
 * Seconds to wait at most, from 0, which does not wait, up to what a timer can count. NaN,
 * negative numbers and Infinity are refused.
 *
 * @category constructors
 * @since 0.1.0
 */
export const seconds: t.Type<number, number | string> = between(0, MAX_SECONDS);

/**
 * Any function: what it takes and returns cannot be seen from outside.
 *
 * @category constructors
 * @since 0.1.0
 */
export const func = <F extends (...args: never) => unknown>(): t.Type<F> =>
  refined('a function', (u): u is F => typeof u === 'function');

/**
 * An object with at least these methods.
 *
 * @category constructors
 * @since 0.1.0
 */
export const having = <A extends object>(...methods: ReadonlyArray<keyof A & string>): t.Type<A> =>
  refined(
    methods.length === 0 ? 'an object' : `an object with the methods ${methods.join(' and ')}`,
    (u): u is A => hasEach('function', methods)(u),
  );

/**
 * The same, with these texts besides.
 *
 * @category constructors
 * @since 0.1.0
 */
export const named = <A extends object>(
  type: t.Type<A>,
  ...texts: ReadonlyArray<keyof A & string>
): t.Type<A> =>
  refined(
    `${type.name} and the texts ${texts.join(', ')}`,
    (u): u is A => type.is(u) && hasEach('string', texts)(u),
  );

const hasEach =
  (kindOfMember: string, names: ReadonlyArray<string>) =>
  (u: unknown): boolean =>
    typeof u === 'object' &&
    u !== null &&
    names.every((name) => typeof Reflect.get(u, name) === kindOfMember);
