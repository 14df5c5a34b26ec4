/**
 * What somebody else's code threw: a getter, a proxy, a serializer.
 *
 * @since 0.1.0
 */

import * as E from 'fp-ts/lib/Either.js';
import { EncodeError } from '../errors/errors.js';

/**
 * In words. Total: what is thrown may be a proxy that throws when it is looked at.
 *
 * @internal
 */
export const reasonOf = (thrown: unknown): string => {
  try {
    return thrown instanceof Error ? String(thrown.message) : typeof thrown;
  } catch {
    return 'something that cannot be looked at';
  }
};

/**
 * `instanceof` for what was thrown, which may be a proxy that throws at the question.
 *
 * @internal
 */
export const isA =
  <A>(aClass: abstract new (...args: never) => A) =>
  (u: unknown): u is A => {
    try {
      return u instanceof aClass;
    } catch {
      return false;
    }
  };

/**
 * What `run` makes of a value, which may throw when it is looked at.
 *
 * @internal
 */
export const refusing = <A>(run: () => E.Either<EncodeError, A>): E.Either<EncodeError, A> => {
  try {
    return run();
  } catch (thrown) {
    return E.left(new EncodeError('$', `a getter or a proxy threw ${reasonOf(thrown)}`));
  }
};
