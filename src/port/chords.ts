/**
 * The port's commands for chords, on the five keys of Celery 5.7. Its adapters are held to
 * one conformance suite.
 *
 * Running one again is harmless: a part counts once, a claim is known by its token, and
 * what was dispatched is not dispatched again.
 *
 * @since 0.1.0
 */
import type { Run } from '../operation/run.js';
import type { Delivery } from '../wire/kombuDeliveries.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** The keys of one chord, by what they hold. */
export interface ChordKeys {
  /** `.j`: the parts, a sorted set by header index or a list. */
  readonly parts: string;
  /** `.t`: how many were added to the size. */
  readonly surplus: string;
  /** `.s` */
  readonly size: string;
  /** `.d`: who has been counted, as `<task id>:<index>`. */
  readonly counted: string;
  /** The header, where it nests groups. */
  readonly saved: string;
  /** `.c`: the token of who sends the body; then the word `done`. */
  readonly claim: string;
}

/** What all parts of a chord have in common. Times are in seconds; 0 is for ever. */
export interface ChordTerms {
  readonly keys: ChordKeys;
  /** Whether the parts are a sorted set. */
  readonly ordered: boolean;
  readonly expires: number;
  readonly savedExpires: number;
  readonly claimExpires: number;
}

/**
 * One part. `standing` is what the caller knows of it, where the script could not tell:
 * whether an older worker has brought it, which is in `.j` and not in `.d`.
 */
export interface NewPart {
  readonly taskId: string;
  /** A number, or `+inf`. */
  readonly index: string;
  readonly member: string | Buffer;
  readonly standing?: 'New' | 'Counted';
}

export interface PartReturn {
  readonly terms: ChordTerms;
  /** None to look at readiness alone. */
  readonly part: NewPart | null;
  /** What `.c` will hold if this one is to send the body; its own each time. */
  readonly token: string;
}

/**
 * What became of a part:
 * - `Done`: the chord is over, and nothing was written;
 * - `Undecided`: an older worker may have brought it, and only the caller can tell;
 *   nothing was written of it;
 * - `Counted`: it counts; `isOthers` where the chord is complete and somebody else's;
 * - `Claimed`: it counts, and this one is to send the body.
 */
export type PartReply =
  | { readonly _tag: 'Done' }
  | { readonly _tag: 'Undecided' }
  | ({ readonly _tag: 'Counted'; readonly isOthers: boolean } & Count)
  | ({ readonly _tag: 'Claimed'; readonly isSaved: boolean; readonly first: Piece } & Count);

export interface Count extends Cards {
  /** Whether it had not been counted before. */
  readonly isNew: boolean;
  readonly size: Size;
}

/** How many `.j` and `.d` have. They differ where an older worker had a hand in it. */
export interface Cards {
  readonly parts: number;
  readonly counted: number;
}

/** `.s` and `.t` together; null where there is no `.s`; text where one of them is no number. */
export type Size = number | string | null;

/** Where to read on: a member, and from which byte of it. */
export interface Place {
  readonly at: number;
  readonly from: number;
}

/** A member of `.j`, or the bytes of it from a place on. */
export interface Slice {
  /** `+Infinity` where it has no index; 0 in a list. */
  readonly score: number;
  /** How many bytes the member has. */
  readonly length: number;
  readonly bytes: Buffer;
}

/** As many members as their bytes allow; null at their end. */
export interface Piece {
  readonly slices: ReadonlyArray<Slice>;
  readonly next: Place | null;
}

/** A piece of `.d`; null at its end. It may hold what another piece held. */
export interface CountedPiece {
  readonly entries: ReadonlyArray<string>;
  readonly next: string | null;
}

/** The body's messages and what goes with them. */
export interface Dispatch {
  readonly keys: ChordKeys;
  readonly token: string;
  /** How long `done` lives. */
  readonly doneExpires: number;
  readonly deliveries: ReadonlyArray<Delivery>;
  /** The database that they go to; null where it is the store's. */
  readonly db: number | null;
  /** The time to live of what is set. */
  readonly expires: number;
  readonly deleted: ReadonlyArray<string>;
  readonly set: ReadonlyArray<readonly [key: string, value: string | Buffer]>;
}

/** `Over`: the chord was done already. `Lost`: somebody else has the claim. */
export type Dispatched = 'Sent' | 'Over' | 'Lost';

/** All that can be seen of a chord without its parts. */
export interface ChordLook extends Cards {
  readonly size: Size;
  readonly claim: string | null;
  /** Seconds; null where it has none. */
  readonly claimExpires: number | null;
  /** The time to live of `.d`, in seconds; null where it has none. */
  readonly expires: number | null;
}

export interface ChordCommands {
  /** Deletes `.c` and sets `.s`; no PUBLISH. */
  readonly resize: (keys: ChordKeys, size: number, expires: number) => Run<void>;
  /** SET without PUBLISH. */
  readonly save: (key: string, value: string | Buffer, expires: number) => Run<void>;
  /** Those of one chord and one tick share a round trip. */
  readonly part: (part: PartReturn) => Run<PartReply>;
  /** In header order, or as they came. */
  readonly parts: (terms: Pick<ChordTerms, 'keys' | 'ordered'>, from: Place) => Run<Piece>;
  readonly counted: (keys: ChordKeys, from: string | null) => Run<CountedPiece>;
  /** Bytes of the saved header from one on, as many as come at once; none at its end. */
  readonly saved: (keys: ChordKeys, from: number) => Run<Buffer>;
  readonly dispatch: (dispatch: Dispatch) => Run<Dispatched>;
  /** A longer life for the claim, or the claim anew where it has lapsed; whether it is one's own. */
  readonly extend: (keys: ChordKeys, token: string, seconds: number) => Run<boolean>;
  /** Deletes the chord and leaves `done`, where the claim is one's own; whether it was. */
  readonly cleanUp: (keys: ChordKeys, token: string, doneExpires: number) => Run<boolean>;
  /** Gives the claim up, unless there are other cards than `seen` by now; whether it is given up. */
  readonly release: (
    terms: Pick<ChordTerms, 'keys' | 'ordered'>,
    token: string,
    seen: Cards,
  ) => Run<boolean>;
  /** The id that the server gave itself when it started; null where it does not tell. */
  readonly server: () => Run<string | null>;
  readonly look: (terms: Pick<ChordTerms, 'keys' | 'ordered'>) => Run<ChordLook>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** What `.s` and `.t` hold, as a size. */
export const sizeOf = (size: Buffer | null, surplus: Buffer | null): Size => {
  if (size === null) return null;
  const own = numberIn(size);
  if (surplus === null || typeof own === 'string') return own;
  const more = numberIn(surplus);
  return typeof more === 'string' ? more : own + more;
};

const numberIn = (bytes: Buffer): number | string => {
  const text = bytes.toString();
  return INTEGER.test(text) ? Number(text) : text;
};

const INTEGER = /^\s*[+-]?\d+\s*$/;
