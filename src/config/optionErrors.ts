/**
 * What a refused option is told: which one, what was expected, and what was given, but
 * never a password.
 *
 * @since 0.1.0
 */
import type * as t from 'io-ts';
import { ImproperlyConfigured } from '../errors/errors.js';
import { isUrl } from './urlParts.js';

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * The first of the errors, as the option that it is about and what is wrong with it.
 *
 * @category conversions
 * @since 0.1.0
 */
export const improperlyConfigured = ([error]: t.Errors): ImproperlyConfigured => {
  const path = error?.context.map(({ key }) => key).filter((key) => key !== '') ?? [];
  const expected = error?.context.at(-1)?.type.name;
  return new ImproperlyConfigured(
    path.join('.') || 'options',
    error?.message ?? `expected ${expected}, got ${given(error?.value)}`,
  );
};

/** A value as an error may quote it: text that could be a URL, with a password, is not. */
const given = (u: unknown): string => {
  switch (typeof u) {
    case 'string':
      return isUrl(u) ? 'a URL' : JSON.stringify(u);
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'undefined':
      return String(u);
    default:
      return kind(u);
  }
};

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/**
 * What a value is, without showing it.
 *
 * @category destructors
 * @since 0.1.0
 */
export const kind = (u: unknown): string => {
  if (u === null || u === undefined) return String(u);
  if (Array.isArray(u)) return 'an array';
  return typeof u === 'object' ? 'an object' : `a ${typeof u}`;
};

/**
 * The likeliest mistake is Celery's spelling of the option, so that is looked for.
 *
 * @category destructors
 * @since 0.1.0
 */
export const unknownOption = (given: string, known: ReadonlyArray<string>): string => {
  const folded = (name: string) => name.replaceAll('_', '').toLowerCase();
  const meant = known.find((name) => folded(name) === folded(given));
  return meant === undefined
    ? `is not an option; expected one of ${known.join(', ')}`
    : `is not an option; did you mean ${meant}?`;
};
