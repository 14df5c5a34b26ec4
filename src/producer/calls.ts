/**
 * The signature of a call by name, or of a typed task.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { InvalidArgument } from '../errors/errors.js';
import { dict } from '../wire/dict.js';
import { type Signature, signature } from '../wire/signature.js';
import { type Dict, type List, withCodecs } from './codecs.js';

/** A task by its name, or a typed one. */
export type Callable = string | { readonly taskName: string; readonly codecs: object };

export const callOf = (
  task: Callable,
  args: List,
  kwargs: Dict,
): E.Either<InvalidArgument, Signature> => {
  const name: unknown = typeof task === 'string' ? task : task?.taskName;
  if (typeof name !== 'string' || name === '') {
    return E.left(new InvalidArgument('task', 'must be the name of a task.'));
  }
  if (!Array.isArray(args)) return E.left(new InvalidArgument('args', 'must be a list.'));
  if (kwargs !== null && !dict.is(kwargs)) {
    return E.left(new InvalidArgument('kwargs', 'must be an object.'));
  }
  const call = signature(name, args, { kwargs: kwargs ?? {} });
  return E.right(typeof task === 'string' ? call : withCodecs(call, task.codecs));
};
