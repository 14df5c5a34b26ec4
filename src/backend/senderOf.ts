/**
 * What sends the bodies of chords: a broker, or a function of the user's.
 *
 * @since 0.1.0
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { PlanContext } from '../canvas/plan.js';
import { planner } from '../canvas/planner.js';
import type { Parent, SendCall, Sender } from '../chord/sender.js';
import type { Config } from '../config/config.js';
import { InvalidArgument } from '../errors/errors.js';
import type { Broker } from '../port/broker.js';
import { compressions } from '../serialization/compressions.js';
import { DateTime } from '../serialization/dateTime.js';
import { json } from '../serialization/json.js';
import { registry } from '../serialization/registry.js';
import { total } from '../serialization/serializer.js';

export const senderOf = (config: Config, broker: Broker | SendCall | null): Sender | null => {
  if (broker === null) return null;
  return typeof broker === 'function'
    ? { _tag: 'Function', send: broker }
    : { _tag: 'Broker', broker, planner: planners(config) };
};

/** Names the process among the senders of messages, as `gen<pid>@<host>` does in Celery. */
const origin = `chordis${process.pid}@${hostname()}`;

/** Nobody listens for replies there. */
const replyTo = randomUUID();

/** What every plan of the backend depends on. */
export const planContext = ({ serializers, compressions: own, scheduler }: Config): PlanContext => {
  const known = registry(
    [...serializers.map(total), json],
    ['json', ...serializers.map(({ name }) => name)],
  );
  return {
    serializer: (name) =>
      pipe(
        known.toRead(name ?? 'json'),
        E.mapLeft(({ problem }) => new InvalidArgument('serializer', problem)),
      ),
    compression: compressions(own).toWrite,
    newId: randomUUID,
    now: () => DateTime.utc(new Date(scheduler.now())),
    ...{ origin, replyTo, queue: 'celery' },
  };
};

const planners = (config: Config) => {
  const context = planContext(config);
  return (parent: Parent | null) => planner({ ...context, ...(parent !== null && { parent }) });
};
