/**
 * Sending the body of a chord, under its claim.
 *
 * Where the broker is on the store's own server, the messages, what goes with them, the
 * clean-up and `done` are one script: exactly once. Elsewhere, and where the user may not
 * run that script, the claim is lengthened by the time that publishing may take, and cleaned
 * up afterwards: at least once, since a worker may die in between.
 * Source: `on_chord_part_return` in `celery/backends/redis.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Plan } from '../canvas/plan.js';
import {
  AclError,
  EncodeError,
  ResponseError,
  type ResultStoreError,
  RetryLimitExceeded,
} from '../errors/errors.js';
import { chain, continueWith, map, type Run, settled } from '../operation/run.js';
import type { OnRedis } from '../port/broker.js';
import { fromEffect } from '../store/ensure.js';
import { isTaskException, pythonException } from '../wire/exception.js';
import { repr } from '../wire/repr.js';
import type { Signature } from '../wire/signature.js';
import { idOf } from './body.js';
import type { Claim } from './claim.js';
import type { Values } from './joined.js';
import { publishPolicy, publishTime } from './publishTime.js';
import type { Room } from './room.js';
import type { Sender } from './sender.js';
import { sendPlan, writesOf } from './sending.js';
import { times } from './terms.js';
import { callbackError, type Trouble } from './trouble.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * - `Sent`;
 * - `Over`: it had been sent before; `Lost`: somebody else has the claim;
 * - `Refused`: it can't be encoded or sent.
 */
export type Delivered =
  | { readonly _tag: 'Sent'; readonly bodyId: string }
  | { readonly _tag: 'Over' }
  | { readonly _tag: 'Lost' }
  | { readonly _tag: 'Refused'; readonly trouble: Trouble };

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const dispatch = (
  room: Room,
  sender: Sender,
  claim: Claim,
  body: Signature,
  values: Values,
): Run<Delivered> => {
  const { id, rootId } = claim.request;
  const parent = { id, rootId: rootId ?? id };
  if (sender._tag === 'Function') {
    const call = { signature: body, args: [values], parentId: id, rootId: parent.rootId };
    const sending = fromEffect(() => sender.send(call));
    return elsewhere(room, claim, body, sending, idOf(body) ?? '');
  }
  const plan = sender.planner(parent)(body, [values]);
  if (E.isLeft(plan)) return refused(unencodable(plan.left, values, room));
  const bodyId = idOf(body) ?? plan.right.result?.id ?? '';
  const { broker } = sender;
  const policy = publishPolicy(body.options);
  const publish = elsewhere(room, claim, body, sendPlan(room, broker, plan.right, policy), bodyId);
  const { onRedis } = broker;
  if (onRedis === undefined) return publish;
  return continueWith(isOneServer(room, onRedis), (isOne) =>
    E.isRight(isOne) && isOne.right
      ? here(room, claim, onRedis, plan.right, bodyId, publish)
      : publish,
  );
};

/** One address is one server; and two addresses are where both tell the same id. */
export const isOneServer = (
  room: Pick<Room, 'address' | 'commands'>,
  { address, server }: Pick<OnRedis, 'address' | 'server'>,
): Run<boolean> =>
  address === room.address
    ? settled(E.right(true))
    : pipe(
        room.commands.server(),
        chain((own) =>
          own === null
            ? settled(E.right(false))
            : pipe(
                server,
                map((brokers) => brokers === own),
              ),
        ),
      );

const refused = (error: unknown): Run<Delivered> =>
  settled(E.right({ _tag: 'Refused', trouble: callbackError(error) }));

/** Celery passes on the exception of a part in RETRY, which then has no form. */
const unencodable = (error: ResultStoreError, values: Values, { serializer }: Room): unknown => {
  const odd = values.find(isTaskException);
  if (!(error instanceof EncodeError) || odd === undefined) return error;
  const name = odd.excType.slice(odd.excType.lastIndexOf('.') + 1);
  const problem = `Object of type ${name} is not ${serializer.name.toUpperCase()} serializable`;
  return {
    ...pythonException('EncodeError', [problem], 'kombu.exceptions'),
    repr: `EncodeError(TypeError(${repr(problem)}))`,
  };
};

// -------------------------------------------------------------------------------------
// the two ways
// -------------------------------------------------------------------------------------

const here = (
  room: Room,
  { terms, token }: Claim,
  { db, deliveries }: OnRedis,
  plan: Plan,
  bodyId: string,
  otherwise: Run<Delivered>,
): Run<Delivered> => {
  const writes = writesOf(room, plan);
  if (E.isLeft(writes)) return refused(writes.left);
  const { doneExpires, expires } = times(room.options);
  const sending = pipe(
    room.execution.retried(deliveries(plan.messages)),
    chain((made) =>
      room.commands.dispatch({
        ...{ keys: terms.keys, token, doneExpires, expires, deliveries: made, db },
        ...writes.right,
      }),
    ),
    map((said): Delivered => (said === 'Sent' ? { _tag: 'Sent', bodyId } : { _tag: said })),
  );
  return continueWith(sending, (result) => {
    if (E.isRight(result)) return settled(result);
    if (result.left instanceof AclError) return otherwise;
    return result.left instanceof ResponseError ? refused(result.left) : settled(result);
  });
};

const elsewhere = (
  { commands, logger, options }: Room,
  { groupId, terms, token }: Claim,
  { options: ofBody }: Signature,
  sending: Run<unknown>,
  bodyId: string,
): Run<Delivered> => {
  const { claimExpires, doneExpires } = times(options);
  return pipe(
    commands.extend(terms.keys, token, publishTime(claimExpires, ofBody)),
    chain((isOwn): Run<Delivered> => {
      if (!isOwn) return settled(E.right({ _tag: 'Lost' }));
      return continueWith(sending, (sent) => {
        if (E.isLeft(sent)) return refused(causeOf(sent.left));
        return pipe(
          commands.cleanUp(terms.keys, token, doneExpires),
          map((isCleaned): Delivered => {
            if (!isCleaned) logger.warn(lostBefore(groupId));
            return { _tag: 'Sent', bodyId };
          }),
        );
      });
    }),
  );
};

/** What was met, and not that it was met too often. */
const causeOf = (error: ResultStoreError): ResultStoreError =>
  error instanceof RetryLimitExceeded ? error.cause : error;

const lostBefore = (groupId: string): string =>
  `Chord callback claim for ${repr(groupId)} was lost before cleanup; chord data was left for expiry`;
