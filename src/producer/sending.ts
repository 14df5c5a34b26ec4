/**
 * Sending a plan: what comes of it is followed, then its keys are written, then its messages
 * are published. Each step is run again after a lost connection, under the retry policy of
 * the backend, with the same ids and bytes: so a message may go out twice where a connection
 * was lost between the broker and its answer, and a worker runs the task twice then.
 *
 * Where it fails or is cancelled, the keys are deleted again, unless a message may be out
 * that needs them: then they have their time to live.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import type { Plan } from '../canvas/plan.js';
import { sendPlan, writesOf } from '../chord/sending.js';
import { isConnectionError } from '../errors/retryable.js';
import { continueWith, defer, inTurn, type Run, settled, started } from '../operation/run.js';
import type { Broker } from '../port/broker.js';
import type { ResultTuple } from '../wire/resultTuple.js';
import { followed } from './followed.js';
import type { Producing } from './producing.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export type SendPlan = (plan: Plan) => Run<void>;

export const sending =
  (producing: Producing, broker: Broker): SendPlan =>
  (plan) =>
    pipe(written(producing, broker, plan), followed(producing.follow, watched(plan)));

/** The keys and the messages, or neither. */
const written =
  ({ room, execution }: Producing, broker: Broker, plan: Plan): Run<void> =>
  (settle) => {
    let mayBeOut = false;
    const publish: Broker['publish'] = (messages) => (told) => {
      const before = mayBeOut;
      mayBeOut = true;
      return broker.publish(messages)((result) => {
        mayBeOut = before || isOut(result);
        told(result);
      });
    };
    const retried: Broker = {
      ...broker,
      publish: (messages) => execution.retried(publish(messages)),
    };
    const removed = defer(() => inTurn(keysOf(room, plan), room.remove));
    let isOver = false;
    const cancel = started(
      () =>
        continueWith(sendPlan(room, retried, plan), (result) =>
          E.isRight(result) || mayBeOut
            ? settled(result)
            : continueWith(removed, () => settled<void>(result)),
        ),
      (result) => {
        isOver = true;
        settle(result);
      },
    );
    return () => {
      cancel?.();
      if (!isOver && !mayBeOut) removed(constVoid);
    };
  };

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/** Whether the broker may have what it was given: a lost connection does not tell. */
const isOut = (result: E.Either<unknown, void>): boolean =>
  E.isRight(result) || (isConnectionError(result.left) && result.left.sent);

const keysOf = (room: Producing['room'], plan: Plan): ReadonlyArray<string> => {
  const writes = writesOf(room, plan);
  return E.isLeft(writes) ? [] : writes.right.set.map(([key]) => key);
};

/** The tasks whose results are asked for, but for those that store none. */
const watched = ({ result, messages }: Plan): ReadonlyArray<string> => {
  if (result === null) return [];
  const ids = idsOf(result);
  const silent = new Set(
    messages.flatMap(({ headers }) => (headers.ignore_result === true ? [headers.id] : [])),
  );
  return silent.size === 0 ? ids : ids.filter((id) => !silent.has(id));
};

const idsOf = (result: ResultTuple): ReadonlyArray<string> =>
  result._tag === 'AsyncResult' ? [result.id] : result.results.flatMap(idsOf);
