/**
 * A package that only some users need, found when it is first used.
 *
 * @since 0.1.0
 */
import { createRequire } from 'node:module';
import * as E from 'fp-ts/lib/Either.js';
import type { IOEither } from 'fp-ts/lib/IOEither.js';

const require = createRequire(import.meta.url);

/**
 * Loads `name` once; where it is not installed, says how to.
 *
 * @internal
 */
export const optionalPeer = <A>(name: string): IOEither<string, A> => {
  const load = (): E.Either<string, A> =>
    E.tryCatch(
      () => require(name),
      () => `this needs a package that is not installed; run: npm install ${name}`,
    );
  let loaded: E.Either<string, A> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
};
