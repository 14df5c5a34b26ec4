/**
 * What is a dict to Python.
 *
 * @since 0.1.0
 */
import * as t from 'io-ts';

/**
 * Whether a value that was read is one.
 *
 * @internal
 */
export const isDict = (u: unknown): u is Readonly<Record<string, unknown>> =>
  typeof u === 'object' && u !== null && !Array.isArray(u);

/**
 * An object of named values, and none of those, such as a Map, whose values have no names.
 *
 * @internal
 */
export const dict: t.Type<Readonly<Record<string, unknown>>> = new t.Type(
  'an object',
  (u): u is Readonly<Record<string, unknown>> =>
    Object.prototype.toString.call(u) === '[object Object]',
  (u, context) => (dict.is(u) ? t.success(u) : t.failure(u, context)),
  t.identity,
);
