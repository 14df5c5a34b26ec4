/**
 * A task that fails with the one before it in a chain. Source: `_fail_chain` in
 * `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import { chain, map, nothing, type Run, settled } from '../operation/run.js';
import { PROPAGATE_STATES } from '../states.js';
import type { Failure } from '../store/following.js';
import type { ChainedTask } from '../wire/request.js';
import type { ReturnPart } from './outcome.js';
import type { Room } from './room.js';

/**
 * The failure is stored, and a member of a chord returns its part, unless it had failed
 * already: then it has.
 */
export const failChained = (
  room: Pick<Room, 'store' | 'stateOf'>,
  returnPart: ReturnPart,
  { request, inChord }: ChainedTask,
  { exception, state, traceback }: Failure,
  storeResult = true,
): Run<void> => {
  if (request === null) return nothing;
  const isStored = storeResult && PROPAGATE_STATES.has(state);
  const returned = (hasFailed: boolean): Run<void> =>
    inChord && !hasFailed ? pipe(returnPart(request, state, exception), map(constVoid)) : nothing;
  return pipe(
    inChord
      ? pipe(
          room.stateOf(request.id),
          map((held) => PROPAGATE_STATES.has(held)),
        )
      : settled(E.right(false)),
    chain((hasFailed) =>
      pipe(
        isStored ? room.store(request.id, { exception, state, traceback, request }) : nothing,
        chain(() => returned(hasFailed)),
      ),
    ),
  );
};
