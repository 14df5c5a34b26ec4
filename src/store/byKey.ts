/**
 * Reading and removing by a key that may be wrong.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import type { DecodeError, InvalidArgument } from '../errors/errors.js';
import { chain, map, type Run, settled } from '../operation/run.js';
import type { Foundation } from './foundation.js';

type Key = E.Either<InvalidArgument, string>;

type Store = Pick<Foundation, 'commands' | 'execution'>;

/** What the key holds, decoded; none where it holds nothing. */
export const decodedAt = <A>(
  { commands, execution }: Store,
  key: Key,
  decode: (key: string, bytes: Buffer) => E.Either<DecodeError, A>,
): Run<O.Option<A>> =>
  E.isLeft(key)
    ? settled(key)
    : pipe(
        execution.retried(commands.get(key.right)),
        chain((value) =>
          settled(
            pipe(
              value,
              O.traverse(E.Applicative)((bytes) => decode(key.right, bytes)),
            ),
          ),
        ),
      );

export const remove = ({ commands, execution }: Store, key: Key): Run<void> =>
  E.isLeft(key)
    ? settled(key)
    : pipe(execution.retried(commands.delete(key.right)), map(constVoid));
