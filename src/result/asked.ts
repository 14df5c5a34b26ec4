/**
 * What is asked of every task of a group: in pieces, each of which is a few round trips.
 *
 * @since 0.1.0
 */
import { pipe } from 'fp-ts/lib/function.js';
import { inPieces } from '../operation/inPieces.js';
import { type Operation, toRun } from '../operation/operation.js';
import { map, type Run } from '../operation/run.js';
import { type State, SUCCESS } from '../states.js';
import type { AsyncResult } from './asyncResult.js';
import { isGroup, type Joinable, leavesOf } from './members.js';

/** So many commands may wait for a connection at once without crowding others out. */
const AT_ONCE = 10_000;

/** The answers in order, or the first error. */
export const asked = <A>(
  members: ReadonlyArray<AsyncResult>,
  ask: (member: AsyncResult) => Operation<A>,
): Run<ReadonlyArray<A>> =>
  inPieces(
    members.map((member) => toRun(ask(member))),
    AT_ONCE,
  );

export const statesOf = (members: ReadonlyArray<AsyncResult>): Run<ReadonlyArray<State>> =>
  asked(members, ({ state }) => state);

export const isSuccess = (state: State): boolean => state === SUCCESS;

/** How many of `results` have succeeded, a group where all of it has. */
export const completed = (results: ReadonlyArray<Joinable>): Run<number> => {
  const own = results.map((result) => (isGroup(result) ? leavesOf(result.results) : [result]));
  return pipe(
    statesOf(own.flat()),
    map((states) => {
      let from = 0;
      return own.filter(({ length }) => {
        from += length;
        return states.slice(from - length, from).every(isSuccess);
      }).length;
    }),
  );
};
