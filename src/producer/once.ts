/**
 * Sending once under a name of the user's, whatever process sends: who comes first leaves
 * the id of its task in the store, and others get that for as long as it is remembered.
 *
 * Where the broker is on the store's own server, the name and the message are one script.
 * Elsewhere, and where the user may not run that script, the name is taken first, and given
 * back where the message surely did not go out; a process that dies in between has taken the
 * name and sent nothing.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Plan } from '../canvas/plan.js';
import { isOneServer } from '../chord/dispatch.js';
import { AclError, InvalidArgument } from '../errors/errors.js';
import { MAX_SECONDS } from '../operation/maxWait.js';
import { chain, continueWith, defer, map, type Run, settled } from '../operation/run.js';
import type { Broker, OnRedis } from '../port/broker.js';
import type { Once } from '../port/commands.js';
import type { Keys } from '../wire/keys.js';
import { followed } from './followed.js';
import type { Producing } from './producing.js';
import { publishing, undoing } from './publishing.js';
import { watched } from './watched.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A name that makes a second sending the first one.
 *
 * @category model
 * @since 0.1.0
 */
export interface OnceOptions {
  /** Whoever sends a task under this name again, within the window and by any process, gets the first one’s result; nothing is sent then. */
  readonly idempotencyKey?: string | undefined;
  /** Whole seconds. Default 86400, a day. */
  readonly idempotencyWindow?: number | undefined;
}

/** Where a name is remembered, and for how many seconds. */
export type Name = Pick<Once, 'key' | 'expires'>;

/** The id of the task that was sent under the name. */
export type SendOnce = (plan: Plan, taskId: string, name: Name) => Run<string>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Null where the sending has no name. */
export const nameOf = (
  keys: Keys,
  { idempotencyKey: name, idempotencyWindow }: OnceOptions,
): E.Either<InvalidArgument, Name | null> => {
  // null too, as of any option
  if (name === undefined || name === null) return E.right(null);
  const window = idempotencyWindow ?? 86_400;
  if (!Number.isSafeInteger(window) || window < 1 || window > MAX_SECONDS) {
    const problem = `must be whole seconds, 1 to ${MAX_SECONDS}.`;
    return E.left(new InvalidArgument('idempotencyWindow', problem));
  }
  return pipe(
    keys.sent(name),
    E.map((key) => ({ key, expires: window })),
  );
};

/** It would be lost without a word. */
export const notOfCanvas = new InvalidArgument('idempotencyKey', 'is for sendTask, not for apply.');

export const sendingOnce =
  ({ execution, room, follow, once }: Producing, broker: Broker): SendOnce =>
  (plan, taskId, name) => {
    const { onRedis } = broker;
    const take = (sent: Pick<Once, 'deliveries' | 'db'>): Run<string> =>
      execution.retried(once({ ...name, holder: taskId, ...sent }));
    const own = (holder: string): boolean => holder === taskId;

    const elsewhere = defer(() => {
      const out = publishing(execution, broker);
      let isTaken = false;
      return pipe(
        take({ deliveries: [], db: null }),
        chain((holder) => {
          if (!own(holder)) return settled(E.right(holder));
          isTaken = true;
          return pipe(
            out.publish(plan.messages),
            map(() => holder),
          );
        }),
        undoing(
          defer(() => (isTaken ? room.remove(name.key) : settled(E.right(undefined)))),
          out,
        ),
      );
    });

    const here = ({ deliveries, db }: OnRedis): Run<string> =>
      continueWith(
        pipe(
          execution.retried(deliveries(plan.messages)),
          chain((made) => take({ deliveries: made, db })),
        ),
        (result) =>
          E.isLeft(result) && result.left instanceof AclError ? elsewhere : settled(result),
      );

    const sent =
      onRedis === undefined
        ? elsewhere
        : continueWith(isOneServer(room, onRedis), (isOne) =>
            E.isRight(isOne) && isOne.right ? here(onRedis) : elsewhere,
          );

    const ids = watched(plan);
    return pipe(
      sent,
      followed(follow, ids, own),
      chain((holder) =>
        own(holder) || ids.length === 0
          ? settled(E.right(holder))
          : pipe(
              follow(holder),
              map(() => holder),
            ),
      ),
    );
  };
