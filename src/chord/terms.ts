/**
 * The keys of a chord and the times that it lives by. Source: `on_chord_part_return` and
 * `chord_expires` in `celery/backends`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { InvalidArgument } from '../errors/errors.js';
import type { ChordKeys, ChordTerms } from '../port/chords.js';
import type { Keys } from '../wire/keys.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** Those of the backend's options that chords live by, in seconds. */
export interface ChordOptions {
  readonly expires: number;
  readonly chordExpires: number | null;
  readonly chordOrdered: boolean;
  readonly chordJoinTimeout: number | null;
}

export interface Times {
  /** Of the chord's keys. */
  readonly expires: number;
  /** Of a saved header, which users read too; 0 leaves it as it is. */
  readonly savedExpires: number;
  readonly claimExpires: number;
  readonly doneExpires: number;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const times = ({ expires, chordExpires, chordJoinTimeout }: ChordOptions): Times => {
  const own = chordExpires ?? expires;
  const claimExpires = Math.max(5, Math.trunc(2 * (chordJoinTimeout || 5)));
  return {
    expires: own,
    savedExpires: own > 0 && expires > 0 ? Math.max(own, expires) : 0,
    claimExpires,
    doneExpires: Math.max(2 * claimExpires, 300),
  };
};

export const chordKeys = (keys: Keys, groupId: string): E.Either<InvalidArgument, ChordKeys> =>
  pipe(
    keys.group(groupId),
    E.map((saved) => ({
      saved,
      parts: `${saved}.j`,
      surplus: `${saved}.t`,
      size: `${saved}.s`,
      counted: `${saved}.d`,
      claim: `${saved}.c`,
    })),
  );

export const terms = (
  keys: Keys,
  options: ChordOptions,
  groupId: string,
): E.Either<InvalidArgument, ChordTerms> =>
  pipe(
    chordKeys(keys, groupId),
    E.map((of) => ({ keys: of, ordered: options.chordOrdered, ...times(options) })),
  );
