/** What comes of an operation or an Either; a test fails where it is the other side. */
import * as E from 'fp-ts/lib/Either.js';
import type { Operation, ResultStoreError } from '../src/index.js';

export const rightOf = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw either.left;
  return either.right;
};

/** The value of an operation that has to succeed. */
export const right = async <A>(operation: Operation<A>): Promise<A> => rightOf(await operation());

/** The error of an operation that has to fail. */
export const left = async (operation: Operation<unknown>): Promise<ResultStoreError> => {
  const either = await operation();
  if (E.isRight(either)) throw new Error(`succeeded with ${JSON.stringify(either.right)}`);
  return either.left;
};
