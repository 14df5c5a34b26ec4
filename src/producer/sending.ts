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
import { pipe } from 'fp-ts/lib/function.js';
import type { Plan } from '../canvas/plan.js';
import { writePlan, writesOf } from '../chord/sending.js';
import { chain, defer, inTurn, type Run } from '../operation/run.js';
import type { Broker } from '../port/broker.js';
import { followed } from './followed.js';
import type { Producing } from './producing.js';
import { publishing, readinessOf, undoing } from './publishing.js';
import { watched } from './watched.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export type SendPlan = (plan: Plan) => Run<void>;

export const sending = ({ room, execution, follow }: Producing, broker: Broker): SendPlan => {
  const ready = readinessOf(broker);
  return (plan) => {
    const isPlain = plan.chordSizes.length === 0 && plan.savedGroups.length === 0;
    if (isPlain) {
      return pipe(
        defer(() => execution.retried(broker.publish(plan.messages), ready)),
        followed(follow, watched(plan)),
      );
    }
    const out = publishing(execution, broker);
    return pipe(
      writePlan(room, plan),
      chain(() => out.publish(plan.messages)),
      undoing(
        defer(() => inTurn(keysOf(room, plan), room.remove)),
        out,
      ),
      followed(follow, watched(plan)),
    );
  };
};

const keysOf = (room: Producing['room'], plan: Plan): ReadonlyArray<string> => {
  const writes = writesOf(room, plan);
  return E.isLeft(writes) ? [] : writes.right.set.map(([key]) => key);
};
