/**
 * The tasks of a request in one order, which is the same on every server: those it names,
 * then those of its groups as they were saved, each once.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Option } from 'fp-ts/lib/Option.js';
import * as O from 'fp-ts/lib/Option.js';
import { inPieces } from '../operation/inPieces.js';
import { type Operation, toRun } from '../operation/operation.js';
import { map, type Run } from '../operation/run.js';
import type { ResultTuple } from '../wire/resultTuple.js';
import { type AskedIds, MOST_TASKS, tooMany } from './asked.js';
import { type Refusal, refusal } from './refusal.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface MemberGroup {
  readonly groupId: string;
  /** Where its tasks stand among the ids. */
  readonly at: ReadonlySet<number>;
}

export interface Members {
  readonly ids: ReadonlyArray<string>;
  readonly groups: ReadonlyArray<MemberGroup>;
}

/** Where saved groups are read from: a backend. */
export interface SavedGroups {
  /** As of a backend. */
  readonly restoreGroup: (groupId: string) => Operation<Option<ResultTuple>>;
}

/** How many groups are read at once. */
const AT_ONCE = 100;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** A `Left` in it for a group that is not saved, and for too many tasks. */
export const membersOf = (
  saved: SavedGroups,
  { tasks, groups }: AskedIds,
): Run<E.Either<Refusal, Members>> => {
  const tuples: Run<ReadonlyArray<Option<ResultTuple>>> = inPieces(
    groups.map((groupId) => toRun(saved.restoreGroup(groupId))),
    AT_ONCE,
  );
  return map((found: ReadonlyArray<Option<ResultTuple>>) => placed(tasks, groups, found))(tuples);
};

const placed = (
  tasks: ReadonlyArray<string>,
  groups: ReadonlyArray<string>,
  tuples: ReadonlyArray<Option<ResultTuple>>,
): E.Either<Refusal, Members> => {
  const places = new Map(tasks.map((id, at) => [id, at]));
  const placeOf = (id: string): number => {
    const at = places.get(id) ?? places.size;
    places.set(id, at);
    return at;
  };
  const found: Array<MemberGroup> = [];
  for (const [n, groupId] of groups.entries()) {
    const tuple = tuples[n] ?? O.none;
    if (O.isNone(tuple)) return E.left(refusal(404, 'No such group is saved'));
    found.push({ groupId, at: new Set(leavesOf(tuple.value).map(placeOf)) });
  }
  return places.size > MOST_TASKS
    ? E.left(tooMany)
    : E.right({ ids: [...places.keys()], groups: found });
};

const leavesOf = (tuple: ResultTuple): ReadonlyArray<string> =>
  tuple._tag === 'AsyncResult' ? [tuple.id] : tuple.results.flatMap(leavesOf);
