/**
 * A part is returned to its chord, and whoever completes the chord sends the body.
 *
 * A chord is `open → claimed → done`, and `claimed → open` again:
 *
 * - `open`: parts are added, each once. The one that makes it complete takes the claim: a
 *   token in `.c` that lives for a few seconds. While another holds it, a part that is
 *   returned has nothing more to do.
 * - `claimed`: the parts are read and joined. What looked complete may not be, where workers
 *   before Celery 5.7 have added a task twice: then the claim is given up, unless a part
 *   has come meanwhile; else it is looked at anew. What can't be joined fails the chord:
 *   all are told who wait for its body, and then `.s` goes, so that no later part fails it
 *   again. Else the body is sent.
 *   A worker that dies here lets its claim lapse; the next part to be returned, one that
 *   comes again as well, takes it over.
 * - `done`: the body was sent, or can never be. Later parts are not added.
 *
 * `setChordSize` opens a chord anew.
 * Source: `on_chord_part_return` in `celery/backends/redis.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { chain, type Run, settled } from '../operation/run.js';
import type { Count, NewPart, PartReply } from '../port/chords.js';
import type { Claim } from './claim.js';
import { type Completing, completing } from './completing.js';
import { withStanding } from './decoded.js';
import type { ChordOutcome } from './outcome.js';
import type { Room } from './room.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Without a part, readiness alone is looked at. */
export const partReturn = (on: Completing, claim: Claim, part: NewPart | null): Run<ChordOutcome> =>
  pipe(
    on.room.commands.part({ terms: claim.terms, part, token: claim.token }),
    chain((reply) => afterReply(on, claim, part, reply)),
  );

const afterReply = (
  on: Completing,
  claim: Claim,
  part: NewPart | null,
  reply: PartReply,
): Run<ChordOutcome> => {
  switch (reply._tag) {
    case 'Done':
      return REDELIVERED;
    case 'Undecided':
      return part === null ? REDELIVERED : againWithStanding(on, claim, part);
    case 'Counted':
      return settled(E.right(outcomeOf(reply, part)));
    case 'Claimed':
      return completing(on, claim, reply, () => partReturn(on, claim, null));
  }
};

const againWithStanding = (on: Completing, claim: Claim, part: NewPart): Run<ChordOutcome> => {
  const { commands, serializer }: Room = on.room;
  return pipe(
    withStanding(commands, claim.terms, serializer, part),
    chain((told) => partReturn(on, claim, told)),
  );
};

const REDELIVERED: Run<ChordOutcome> = settled(E.right({ _tag: 'Redelivered' }));

const outcomeOf = (
  { isOthers, isNew, parts, counted, size }: Count & { readonly isOthers: boolean },
  added: NewPart | null,
): ChordOutcome => {
  if (isOthers) return { _tag: 'Claimed' };
  if (!isNew && added !== null) return { _tag: 'Redelivered' };
  const total = typeof size === 'number' ? size : null;
  return { _tag: 'Waiting', ready: Math.max(parts, counted), total };
};
