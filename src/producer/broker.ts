/**
 * The broker that a producer sends over.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { ImproperlyConfigured } from '../errors/errors.js';
import { type Run, settled } from '../operation/run.js';
import type { Broker } from '../port/broker.js';
import type { ProducerOptions } from './options.js';

export interface ProducerBroker {
  readonly broker: Broker;
  /** Does nothing where it is somebody else's. */
  readonly close: Run<void>;
}

/** Throws `ImproperlyConfigured`, since a constructor cannot return it. */
export const brokerOf = ({
  backend: { producing },
  broker,
  brokerTransportOptions,
}: ProducerOptions): ProducerBroker => {
  if (typeof broker === 'string') {
    const own = producing.brokerAt(broker, brokerTransportOptions);
    return { broker: own, close: own.close };
  }
  const given = broker ?? producing.broker;
  if (given === null || typeof given === 'function') {
    throw new ImproperlyConfigured('broker', 'expected a URL or a Broker, here or at the backend');
  }
  return { broker: given, close: settled(E.right(undefined)) };
};
