/**
 * Parts as they are read, decoded, with what is known of them beside.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { chain, map, type Run } from '../operation/run.js';
import type { ChordTerms, NewPart, Piece } from '../port/chords.js';
import type { Serializer } from '../serialization/serializer.js';
import { decodeChordPart } from '../wire/chordPart.js';
import type { Decoded } from './distinct.js';
import { countedEntries, type Member, members, type Reads } from './members.js';

export const decodedWith = (serializer: Serializer): ((member: Member) => Decoded) => {
  const decode = decodeChordPart(serializer);
  return ({ score, bytes }) => ({ score, part: decode(bytes) });
};

/** `.j` first: what comes to both meanwhile is then in `.d` at least. */
export const membersAndCounted = (
  reads: Reads,
  terms: Pick<ChordTerms, 'keys' | 'ordered'>,
  first?: Piece,
): Run<readonly [ReadonlyArray<Member>, ReadonlySet<string>]> =>
  pipe(
    members(reads, terms, first),
    chain((all) =>
      pipe(
        countedEntries(reads, terms.keys),
        map((entries) => [all, entries] as const),
      ),
    ),
  );

/** The part, told whether its task is in `.j` without being in `.d`, where no script could tell. */
export const withStanding = (
  reads: Reads,
  { keys, ordered }: ChordTerms,
  serializer: Serializer,
  part: NewPart,
): Run<NewPart> =>
  pipe(
    membersAndCounted(reads, { keys, ordered }),
    map(([all, entries]) => {
      const score = part.index === '+inf' ? Number.POSITIVE_INFINITY : Number(part.index);
      const isSame = (decoded: Decoded): boolean =>
        E.isRight(decoded.part) &&
        decoded.part.right.taskId === part.taskId &&
        (!ordered || decoded.score === score);
      const found = all.map(decodedWith(serializer)).filter(isSame).length;
      const known = [...entries].filter(
        (entry) => entry.slice(0, entry.lastIndexOf(':')) === part.taskId,
      ).length;
      return { ...part, standing: found > (ordered ? 0 : known) ? 'Counted' : 'New' };
    }),
  );
