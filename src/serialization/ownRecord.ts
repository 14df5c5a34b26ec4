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
  if (isException(u)) return 'an exception';
  return isReference(u) ? 'a reference to a result' : undefined;
};

/**
 * Whether an object may be one, told by a name of its members alone.
 *
 * @internal
 */
export const mayBeOwn = (member: string): boolean =>
  member === '_tag' || member === 'excType' || member === 'asTuple';

type Fields = Readonly<Record<string, unknown>>;

const isException = (u: object): boolean => {
  const { excType, excModule, args, repr } = u as Fields;
  return (
    typeof excType === 'string' &&
    typeof repr === 'string' &&
    Array.isArray(args) &&
    (excModule === null || typeof excModule === 'string')
  );
};

/** A tuple, or what can give one. */
const isReference = (u: object): boolean => {
  const { _tag, id, parent, asTuple } = u as Fields;
  return (
    typeof id === 'string' &&
    (typeof asTuple === 'function' ||
      ((_tag === 'AsyncResult' || _tag === 'GroupResult') && typeof parent === 'object'))
  );
};
