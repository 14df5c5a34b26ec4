/**
 * What the scripts of a chord compute of its parts, over collections in this process.
 *
 * @since 0.1.0
 */
import type { NewPart, Piece, Place, Slice } from '../port/chords.js';
import type { Collection, Scored } from './memoryCollections.js';

/** The task id in a member, as far as the script can read it. */
const idIn = ({ bytes }: Scored): string | undefined =>
  /^\[[^,"]*,\s*"([^"\\]*)"\s*,/.exec(bytes.toString())?.[1];

/** Whether a worker before Celery 5.7 has brought it; undefined where that can't be told. */
export const isOld = (
  parts: Collection,
  counted: Collection,
  ordered: boolean,
  { taskId, index }: NewPart,
): boolean | undefined => {
  const score = scoreOf(index);
  const near = ordered ? parts.all().filter((part) => part.score === score) : parts.all();
  const found = near.filter((part) => idIn(part) === taskId).length;
  const known = ordered ? 0 : entriesOf(counted, taskId);
  if (found > known) return true;
  return near.some((part) => idIn(part) === undefined) ? undefined : false;
};

const entriesOf = (counted: Collection, taskId: string): number =>
  counted.all().filter(({ bytes }) => bytes.toString().replace(/:[^:]*$/, '') === taskId).length;

export const scoreOf = (index: string): number =>
  index === '+inf' ? Number.POSITIVE_INFINITY : Number(index);

/** How many bytes are read at once. */
export const BUDGET = 128 * 1024;

export const pieceOf = (all: ReadonlyArray<Scored>, place: Place): Piece => {
  const slices: Array<Slice> = [];
  let left = BUDGET;
  let { at, from } = place;
  for (let part = all[at]; part !== undefined && left > 0; part = all[at]) {
    const { score, bytes } = part;
    const rest = bytes.length - from;
    if (rest > left && slices.length > 0) break;
    const slice = Buffer.from(bytes.subarray(from, from + left));
    slices.push({ score, length: bytes.length, bytes: slice });
    left -= slice.length + 32;
    if (slice.length < rest) return { slices, next: { at, from: from + slice.length } };
    at += 1;
    from = 0;
  }
  return { slices, next: at < all.length ? { at, from } : null };
};
