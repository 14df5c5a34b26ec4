/**
 * Sending a plan: what comes of it is followed, then its keys are written, then its messages
 * are published. Each step is run again after a lost connection, under the retry policy of
 * the backend, with the same ids and bytes: so a message may go out twice where a connection
 * was lost between the broker and its answer, and a worker runs the task twice then.
 *
 * @since 0.1.0
 */
import { pipe } from 'fp-ts/lib/function.js';
import type { Plan } from '../canvas/plan.js';
import { sendPlan } from '../chord/sending.js';
import type { Run } from '../operation/run.js';
import type { Broker } from '../port/broker.js';
import type { ResultTuple } from '../wire/resultTuple.js';
import { followed } from './followed.js';
import type { Producing } from './producing.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export type SendPlan = (plan: Plan) => Run<void>;

export const sending = ({ room, execution, follow }: Producing, broker: Broker): SendPlan => {
  const retried: Broker = {
    ...broker,
    publish: (messages) => execution.retried(broker.publish(messages)),
  };
  return (plan) => pipe(sendPlan(room, retried, plan), followed(follow, watched(plan)));
};

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

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
