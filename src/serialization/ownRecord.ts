/**
 * chordis' own records of what is an object of a class in Python: an exception, or a
 * reference to a result. As a part of a value they have no form on the wire; let through,
 * they would be dicts of TypeScript's member names to Python.
 *
 * @since 0.1.0
 */

/**
 * What `u` is in Python, or undefined where it is no such record. By the shape, since a
 * copy is one as well.
 *
 * @internal
 */
export const ownRecord = (u: object): 'an exception' | 'a reference to a result' | undefined => {
  if (isException(u as Fields)) return 'an exception';
  return isReference(u as Fields) ? 'a reference to a result' : undefined;
};

/**
 * Whether an object may be one, told by a name of its members alone.
 *
 * @internal
 */
export const mayBeOwn = (member: string): boolean =>
  member === '_tag' || member === 'excType' || member === 'asTuple';

type Fields = Readonly<Record<string, unknown>>;

// Each looks at one member first, which most objects lack: every value that is stored gets here.

const isException = (u: Fields): boolean =>
  typeof u.excType === 'string' &&
  typeof u.repr === 'string' &&
  Array.isArray(u.args) &&
  (u.excModule === null || typeof u.excModule === 'string');

/** A tuple, or what can give one. */
const isReference = (u: Fields): boolean =>
  typeof u.id === 'string' &&
  (typeof u.asTuple === 'function' ||
    ((u._tag === 'AsyncResult' || u._tag === 'GroupResult') && typeof u.parent === 'object'));
