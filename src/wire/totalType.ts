/**
 * io-ts throws where a getter or a proxy that it looks at throws, and where a value is
 * nested too deep for the stack. Codecs of the wire are handed anything.
 *
 * @since 0.1.0
 */
import * as t from 'io-ts';

/**
 * The same type, but that what throws when looked at is none of it.
 *
 * @internal
 */
export const totalType = <A, O>(type: t.Type<A, O, unknown>): t.Type<A, O, unknown> =>
  new t.Type<A, O, unknown>(
    type.name,
    (u): u is A => {
      try {
        return type.is(u);
      } catch {
        return false;
      }
    },
    (u, context) => {
      try {
        return type.validate(u, context);
      } catch {
        return t.failure(u, context, 'it throws when it is looked at, or is nested too deep');
      }
    },
    type.encode,
  );
