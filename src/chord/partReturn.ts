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
import { chain, map, type Run, settled } from '../operation/run.js';
import type { Count, NewPart } from '../port/chords.js';
import { repr } from '../wire/repr.js';
import { withStanding } from './decoded.js';
import { type Claim, type Delivered, dispatch } from './dispatch.js';
import { failBody } from './failing.js';
import type { Values } from './joined.js';
import { type Claimed, joining } from './joining.js';
import type { ChordOutcome, ReturnPart } from './outcome.js';
import type { Room } from './room.js';
import type { Sender } from './sender.js';
import { times } from './terms.js';
import type { Trouble } from './trouble.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Without a part, readiness alone is looked at. */
export const partReturn = (
  room: Room,
  sender: Sender,
  returnPart: ReturnPart,
  claim: Claim,
  part: NewPart | null,
): Run<ChordOutcome> => {
  const { commands, logger, serializer } = room;
  const { terms, token } = claim;
  const group = repr(claim.groupId);

  // ---------------------------------------------------------------------------------
  // open
  // ---------------------------------------------------------------------------------

  const add = (added: NewPart | null): Run<ChordOutcome> =>
    pipe(
      commands.part({ ...terms, part: added, token }),
      chain((reply): Run<ChordOutcome> => {
        switch (reply._tag) {
          case 'Done':
            return settled(E.right(REDELIVERED));
          case 'Undecided':
            return added === null
              ? settled(E.right(REDELIVERED))
              : pipe(withStanding(commands, terms, serializer, added), chain(add));
          case 'Counted':
            return settled(E.right(outcomeOf(reply, added)));
          case 'Claimed':
            return complete(reply);
        }
      }),
    );

  // ---------------------------------------------------------------------------------
  // claimed
  // ---------------------------------------------------------------------------------

  const complete = (reply: Claimed): Run<ChordOutcome> =>
    pipe(
      joining(room, claim, reply),
      chain((result) => {
        if (result._tag === 'Fewer') return giveUp(reply, result.ready);
        return result._tag === 'Left' ? fail(result.left) : send(result.right);
      }),
    );

  const giveUp = (reply: Claimed, ready: number): Run<ChordOutcome> =>
    pipe(
      commands.release(terms, token, reply),
      chain((isFree) =>
        isFree
          ? settled(E.right({ _tag: 'Waiting', ready, total: Number(reply.size) }))
          : add(null),
      ),
    );

  const send = (values: Values): Run<ChordOutcome> =>
    pipe(
      dispatch(room, sender, claim, values),
      chain((delivered: Delivered): Run<ChordOutcome> => {
        switch (delivered._tag) {
          case 'Sent':
            return settled(E.right({ _tag: 'Dispatched', bodyId: delivered.bodyId }));
          case 'Over':
            return settled(E.right(REDELIVERED));
          case 'Lost':
            logger.warn(
              `Chord callback for ${group} not published: dispatch claim is no longer owned by ` +
                'this worker',
            );
            return settled(E.right({ _tag: 'Claimed' }));
          case 'Refused':
            return refuse(delivered.trouble);
        }
      }),
    );

  // ---------------------------------------------------------------------------------
  // failing
  // ---------------------------------------------------------------------------------

  const fail = (trouble: Trouble): Run<ChordOutcome> =>
    pipe(
      told(trouble, `Chord ${group} raised: ${trouble.exception.repr}`),
      chain(() => room.remove(terms.keys.size)),
      map(() => ({ _tag: 'Failed', error: trouble.error })),
    );

  const refuse = (trouble: Trouble): Run<ChordOutcome> =>
    pipe(
      told(trouble, `Chord callback for ${group} raised: ${trouble.exception.repr}`),
      chain(() => commands.cleanUp(terms.keys, token, times(room.options).doneExpires)),
      map(() => ({ _tag: 'Failed', error: trouble.error })),
    );

  const told = (trouble: Trouble, line: string): Run<void> => {
    logger.error(line);
    return failBody(room, returnPart, claim.body, trouble);
  };

  return add(part);
};

const REDELIVERED: ChordOutcome = { _tag: 'Redelivered' };

const outcomeOf = (
  { isOthers, isNew, parts, counted, size }: Count & { readonly isOthers: boolean },
  added: NewPart | null,
): ChordOutcome => {
  if (isOthers) return { _tag: 'Claimed' };
  if (!isNew && added !== null) return { _tag: 'Redelivered' };
  const total = typeof size === 'number' ? size : null;
  return { _tag: 'Waiting', ready: Math.max(parts, counted), total };
};
