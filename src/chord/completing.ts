/**
 * A chord that is one's own to complete: its parts are joined, and its body sent; or all are
 * told that it never will be. The states are told in `partReturn.ts`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { chain, map, type Run, settled } from '../operation/run.js';
import { repr } from '../wire/repr.js';
import type { Signature } from '../wire/signature.js';
import { policyOf, signatureFrom } from './body.js';
import type { Claim } from './claim.js';
import { type Delivered, dispatch } from './dispatch.js';
import { failBody } from './failing.js';
import type { Values } from './joined.js';
import { type Claimed, joining } from './joining.js';
import type { ChordOutcome, ReturnPart } from './outcome.js';
import type { Room } from './room.js';
import type { Sender } from './sender.js';
import { times } from './terms.js';
import type { Trouble } from './trouble.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What completing a chord takes. */
export interface Completing {
  readonly room: Room;
  readonly sender: Sender;
  /** For the outer chord, and the chain, of a body that fails. */
  readonly returnPart: ReturnPart;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** `again` looks at readiness anew. A request that has no body leaves it to one that has. */
export const completing = (
  on: Completing,
  claim: Claim,
  reply: Claimed,
  again: () => Run<ChordOutcome>,
): Run<ChordOutcome> => {
  const giveUp = (ready: number): Run<ChordOutcome> =>
    pipe(
      on.room.commands.release(claim.terms, claim.token, reply),
      chain((isFree) =>
        isFree ? settled(E.right({ _tag: 'Waiting', ready, total: Number(reply.size) })) : again(),
      ),
    );
  return claim.chord === null
    ? giveUp(reply.parts)
    : withBody(on, claim, signatureFrom(claim.chord), reply, giveUp);
};

const withBody = (
  { room, sender, returnPart }: Completing,
  claim: Claim,
  body: Signature,
  reply: Claimed,
  giveUp: (ready: number) => Run<ChordOutcome>,
): Run<ChordOutcome> => {
  const { commands, logger } = room;
  const { terms, token } = claim;
  const group = repr(claim.groupId);

  const send = (values: Values): Run<ChordOutcome> =>
    pipe(
      dispatch(room, sender, claim, body, values),
      chain((delivered: Delivered): Run<ChordOutcome> => {
        switch (delivered._tag) {
          case 'Sent':
            return settled(E.right({ _tag: 'Dispatched', bodyId: delivered.bodyId }));
          case 'Over':
            return settled(E.right({ _tag: 'Redelivered' }));
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
    return failBody(room, returnPart, body, trouble, claim.request.children);
  };

  return pipe(
    joining(room, claim.terms, policyOf(body), reply),
    chain((result) => {
      if (result._tag === 'Fewer') return giveUp(result.ready);
      return result._tag === 'Left' ? fail(result.left) : send(result.right);
    }),
  );
};
