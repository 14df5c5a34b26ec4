/**
 * What the body gets of the parts. Source: `_unpack_chord_result` in
 * `celery/backends/redis.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { FAILURE, PROPAGATE_STATES } from '../states.js';
import { toWireException } from '../wire/wireException.js';
import { toWireResult } from '../wire/wireMeta.js';
import type { FailurePolicy } from './body.js';
import type { Decoded } from './distinct.js';
import { dependencyRaised, joinError, type Trouble } from './trouble.js';

export type Values = ReadonlyArray<unknown>;

/** In header order; the first part that failed, or is none, is told. */
export const joined = (
  parts: ReadonlyArray<Decoded>,
  policy: FailurePolicy,
): E.Either<Trouble, Values> => (policy === 'settle' ? E.right(parts.map(settled)) : values(parts));

const values = (parts: ReadonlyArray<Decoded>): E.Either<Trouble, Values> => {
  const found: Array<unknown> = [];
  for (const { part } of parts) {
    if (E.isLeft(part)) return E.left(joinError(part.left));
    if (PROPAGATE_STATES.has(part.right.state)) return E.left(dependencyRaised(part.right));
    found.push(part.right.result);
  }
  return E.right(found);
};

const settled = ({ part }: Decoded): unknown =>
  E.isLeft(part)
    ? { task_id: null, status: FAILURE, result: toWireException(part.left) }
    : {
        task_id: part.right.taskId,
        status: part.right.state,
        result: toWireResult(part.right.state, part.right.result),
      };
