/**
 * Joining the parts of a chord that one has claimed.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { chain, map, type Run, settled } from '../operation/run.js';
import type { ChordTerms, PartReply } from '../port/chords.js';
import { pythonException } from '../wire/exception.js';
import { repr } from '../wire/repr.js';
import { decodeSavedGroup } from '../wire/savedGroup.js';
import type { FailurePolicy } from './body.js';
import { decodedWith, membersAndCounted } from './decoded.js';
import { distinct } from './distinct.js';
import { joined, type Values } from './joined.js';
import { members, savedHeader } from './members.js';
import { nestedValues } from './nestedHeader.js';
import type { Room } from './room.js';
import { joinError, type Trouble } from './trouble.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export type Claimed = Extract<PartReply, { readonly _tag: 'Claimed' }>;

/** Values to send, or why there are none; `Fewer` where it is not complete after all. */
export type Joined = E.Either<Trouble, Values> | { readonly _tag: 'Fewer'; readonly ready: number };

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const joining = (
  room: Room,
  terms: ChordTerms,
  policy: FailurePolicy,
  reply: Claimed,
): Run<Joined> => {
  const { size } = reply;
  if (typeof size === 'string') return settled(E.right(E.left(joinError(noNumber(size)))));
  const simple = ofParts(room, terms, policy, reply);
  return reply.isSaved
    ? pipe(
        simple,
        chain((result) =>
          result._tag === 'Fewer' ? settled(E.right(result)) : nested(room, terms, policy),
        ),
      )
    : simple;
};

/** Where `.j` and `.d` have as many, all of them count. */
const ofParts = (
  { commands, serializer }: Room,
  terms: ChordTerms,
  policy: FailurePolicy,
  { size, first, parts, counted }: Claimed,
): Run<Joined> => {
  const decoded = decodedWith(serializer);
  return pipe(
    parts === counted
      ? pipe(
          members(commands, terms, first),
          map((all) => all.map(decoded)),
        )
      : pipe(
          membersAndCounted(commands, terms, first),
          map(([all, entries]) => distinct(all.map(decoded), entries, terms.ordered)),
        ),
    map((all) =>
      typeof size === 'number' && all.length < size
        ? { _tag: 'Fewer', ready: all.length }
        : joined(all, policy),
    ),
  );
};

const nested = (
  { commands, serializer, metas, options }: Room,
  { keys }: ChordTerms,
  policy: FailurePolicy,
): Run<Joined> =>
  pipe(
    savedHeader(commands, keys),
    chain((bytes): Run<Joined> => {
      const header = decodeSavedGroup(serializer)(keys.saved, bytes);
      if (E.isLeft(header))
        return settled(E.right(E.left(joinError(noHeader(header.left.problem)))));
      return header.right._tag === 'AsyncResult'
        ? settled(E.right(E.left(joinError(noGroup))))
        : nestedValues(metas, header.right, policy, options.chordJoinTimeout);
    }),
  );

const noNumber = (size: string) =>
  pythonException('ValueError', [`invalid literal for int() with base 10: b${repr(size)}`]);

const noHeader = (problem: string) => pythonException('DecodeError', [problem], 'kombu.exceptions');

const noGroup = pythonException('AttributeError', [
  "'AsyncResult' object has no attribute 'join_native'",
]);
