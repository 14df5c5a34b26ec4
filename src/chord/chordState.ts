/**
 * `ChordState`: how far a chord is, and what it waits for.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { chain, map, type Run } from '../operation/run.js';
import type { ChordLook, ChordTerms } from '../port/chords.js';
import { decodedWith, membersAndCounted } from './decoded.js';
import { type Decoded, distinct } from './distinct.js';
import type { Room } from './room.js';
import { times } from './terms.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What a chord waits for:
 * - `Unknown`: nothing is stored of it: it was never begun, has failed or expired;
 * - `NoSize`: parts are there and no size: it is still being sent, or has failed;
 * - `BadSize`: its size is no number; the next part fails it;
 * - `Open`: parts are missing;
 * - `Unclaimed`: it is complete and nobody is at it: whoever completed it is gone. The next
 *   part that comes again takes over, and so does `resumeChord`;
 * - `Claimed`: somebody is at it;
 * - `Done`: its body was sent, or could not be sent.
 *
 * @category model
 * @since 0.1.0
 */
export type ChordStatus =
  | 'Unknown'
  | 'NoSize'
  | 'BadSize'
  | 'Open'
  | 'Unclaimed'
  | 'Claimed'
  | 'Done';

/**
 * How far a chord is, and what keeps it.
 *
 * @category model
 * @since 0.1.0
 */
export interface ChordState {
  readonly status: ChordStatus;
  /** How many parts count. */
  readonly ready: number;
  /** Null where that is not known. */
  readonly total: number | null;
  /** How many parts of workers before Celery 5.7 are there more than once. */
  readonly surplus: number;
  /** The places in the header that no part has come from; groups in it count from 0 again. */
  readonly missing: ReadonlyArray<number>;
  /** The token of the claim, and its seconds left, null where it has no end. */
  readonly claim: { readonly token: string; readonly seconds: number | null } | null;
  /** Seconds since the last part came; null where nothing of it expires, or no part has come. */
  readonly sinceLastPart: number | null;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const chordState = (room: Room, terms: ChordTerms): Run<ChordState> =>
  pipe(
    room.commands.look(terms),
    chain((look) =>
      pipe(
        membersAndCounted(room.commands, terms),
        map(([all, entries]) =>
          stateOf(room, terms, look, all.map(decodedWith(room.serializer)), entries),
        ),
      ),
    ),
  );

const stateOf = (
  { options }: Room,
  { ordered }: ChordTerms,
  look: ChordLook,
  all: ReadonlyArray<Decoded>,
  entries: ReadonlySet<string>,
): ChordState => {
  const counting = distinct(all, entries, ordered);
  const { expires } = times(options);
  const ready = counting.length;
  const total = typeof look.size === 'number' ? look.size : null;
  const isDone = look.claim === 'done';
  return {
    status: isDone ? 'Done' : statusOf(look, ready),
    ready,
    total,
    surplus: Math.max(0, all.length - ready),
    missing: missing(total ?? 0, indices(counting, entries, ordered)),
    claim: look.claim === null || isDone ? null : { token: look.claim, seconds: look.claimExpires },
    sinceLastPart:
      expires === 0 || look.expires === null ? null : Math.max(0, expires - look.expires),
  };
};

const statusOf = ({ size, claim }: ChordLook, ready: number): ChordStatus => {
  if (claim !== null) return 'Claimed';
  if (typeof size === 'string') return 'BadSize';
  if (size === null) return ready === 0 ? 'Unknown' : 'NoSize';
  return ready < size ? 'Open' : 'Unclaimed';
};

/** In a list only `.d` tells them. */
const indices = (
  counting: ReadonlyArray<Decoded>,
  entries: ReadonlySet<string>,
  ordered: boolean,
): ReadonlySet<number> =>
  new Set([
    ...[...entries].map((entry) => Number(entry.slice(entry.lastIndexOf(':') + 1))),
    ...(ordered ? counting.filter(({ part }) => E.isRight(part)).map(({ score }) => score) : []),
  ]);

const missing = (total: number, found: ReadonlySet<number>): ReadonlyArray<number> =>
  Array.from({ length: total }, (_, i) => i).filter((i) => !found.has(i));
