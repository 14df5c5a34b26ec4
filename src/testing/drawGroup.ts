/**
 * Groups drawn as marbles: what becomes of each member, and when its channel was watched.
 *
 * @since 0.1.0
 */
import type { RunHelpers } from 'rxjs/testing';
import type { GroupResult } from '../result/groupResult.js';
import type { Joinable } from '../result/members.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import { started, success } from './metas.js';
import type { TestBackend } from './testBackend.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Marbles by the ids of a group's members; a nested group has its own, under its id.
 *
 * @category model
 * @since 0.1.0
 */
export interface Drawn<Marbles> {
  readonly [id: string]: Marbles | Drawn<Marbles>;
}

/**
 * What a marble stands for, given the id of the member in whose line it is.
 *
 * @category model
 * @since 0.1.0
 */
export type DrawnMetas = Readonly<Record<string, (taskId: string) => TaskMeta>>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Workers do to the members of a group what their lines say, as `stored` of the backend has
 * it. A marble that `metas` does not name is a SUCCESS with that character as its value; `s`
 * is STARTED.
 *
 * @example
 * import { deepStrictEqual } from 'node:assert'
 * import { TestScheduler } from 'rxjs/testing'
 * import { drawGroup, expectWatched, testBackend } from 'chordis/testing'
 *
 * const scheduler = new TestScheduler(deepStrictEqual)
 *
 * scheduler.run(({ expectObservable, expectSubscriptions }) => {
 *   const backend = testBackend(scheduler)
 *   const group = drawGroup(backend, 'g', { a: '--1', inner: { b: '-s--2', c: '-3' } })
 *
 *   expectObservable(group.join()).toBe('----(v|)', { v: ['1', ['2', '3']] })
 *   expectWatched(expectSubscriptions, backend, { a: '^-!', inner: { b: '^---!', c: '^!' } })
 * })
 *
 * @category constructors
 * @since 0.1.0
 */
export const drawGroup = (
  backend: TestBackend,
  groupId: string,
  lines: Drawn<string>,
  metas: DrawnMetas = {},
): GroupResult => {
  const known: DrawnMetas = { s: started, ...metas };
  const results = Object.entries(lines).map(([id, line]): Joinable => {
    if (typeof line !== 'string') return drawGroup(backend, id, line, metas);
    backend.stored(line, storedIn(line, id, known));
    return backend.asyncResult(id);
  });
  return backend.groupResult(groupId, results);
};

/** What each character of a line stands for, those that are no marbles included. */
const storedIn = (
  line: string,
  id: string,
  metas: DrawnMetas,
): Readonly<Record<string, TaskMeta>> =>
  Object.fromEntries(
    [...line].map((marble) => [marble, metas[marble]?.(id) ?? success(id, marble)]),
  );

// -------------------------------------------------------------------------------------
// assertions
// -------------------------------------------------------------------------------------

/**
 * Expects the channels of a group's members to be watched as subscription marbles say, each
 * as `expectSubscriptions` takes them; none is `[]`.
 *
 * @category assertions
 * @since 0.1.0
 */
export const expectWatched = (
  expectSubscriptions: RunHelpers['expectSubscriptions'],
  backend: TestBackend,
  lines: Drawn<string | Array<string>>,
): void => {
  for (const [id, line] of Object.entries(lines)) {
    if (typeof line === 'string' || isList(line)) {
      expectSubscriptions(backend.watched(id)).toBe(line);
    } else expectWatched(expectSubscriptions, backend, line);
  }
};

const isList = (u: Array<string> | Drawn<string | Array<string>>): u is Array<string> =>
  Array.isArray(u);
