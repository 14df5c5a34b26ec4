/**
 * What of `.j` counts: each task once for each index at which it stands in the header.
 *
 * Where `.j` and `.d` have as many, that is all of it. Workers before Celery 5.7 write no
 * `.d`, and add a task again that they were given twice; and one task at two indices with
 * one result is a single member of a sorted set.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { TaskException } from '../errors/taskException.js';
import type { ChordPart } from '../wire/chordPart.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** A member of `.j` as it was decoded; what can't be is a part for all that. */
export interface Decoded {
  readonly score: number;
  readonly part: E.Either<TaskException, ChordPart>;
}

interface Entry {
  readonly taskId: string;
  readonly score: number;
}

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

export const distinct = (
  all: ReadonlyArray<Decoded>,
  counted: ReadonlySet<string>,
  ordered: boolean,
): ReadonlyArray<Decoded> => (ordered ? distinctByIndex : distinctInList)(all, entriesOf(counted));

const entriesOf = (counted: ReadonlySet<string>): ReadonlyArray<Entry> =>
  [...counted].map((entry) => {
    const at = entry.lastIndexOf(':');
    const index = entry.slice(at + 1);
    return {
      taskId: entry.slice(0, at),
      score: index === '+inf' ? Number.POSITIVE_INFINITY : Number(index),
    };
  });

const nameOf = ({ taskId, score }: Entry): string => `${taskId}:${score}`;

/** The first of a task at an index; and the same once more at each other index that was counted. */
const distinctByIndex = (
  all: ReadonlyArray<Decoded>,
  entries: ReadonlyArray<Entry>,
): ReadonlyArray<Decoded> => {
  const seen = new Set<string>();
  const byTask = new Map<string, Decoded>();
  const found = all.filter((decoded) => {
    if (E.isLeft(decoded.part)) return true;
    const { taskId } = decoded.part.right;
    const name = nameOf({ taskId, score: decoded.score });
    byTask.set(taskId, decoded);
    return !seen.has(name) && seen.add(name);
  });
  const moved = entries.flatMap((entry) => {
    const same = byTask.get(entry.taskId);
    return same === undefined || seen.has(nameOf(entry)) ? [] : [{ ...same, score: entry.score }];
  });
  return moved.length === 0
    ? found
    : [...found, ...moved].sort((a, b) => (a.score === b.score ? 0 : a.score < b.score ? -1 : 1));
};

/** As many of a task, the first ones, as were counted; one where an older worker brought it. */
const distinctInList = (
  all: ReadonlyArray<Decoded>,
  entries: ReadonlyArray<Entry>,
): ReadonlyArray<Decoded> => {
  const left = new Map<string, number>();
  for (const { taskId } of entries) left.set(taskId, (left.get(taskId) ?? 0) + 1);
  return all.filter(({ part }) => {
    if (E.isLeft(part)) return true;
    const { taskId } = part.right;
    const more = left.get(taskId) ?? 1;
    left.set(taskId, more - 1);
    return more > 0;
  });
};
