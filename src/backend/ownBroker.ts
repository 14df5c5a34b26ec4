/**
 * The broker that an option tells of. One that is given stays its owner's; one that a URL
 * leads to is closed with the backend.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { SendCall } from '../chord/sender.js';
import { type Config, decodeConfig } from '../config/config.js';
import { ImproperlyConfigured } from '../errors/errors.js';
import type { Broker } from '../port/broker.js';
import { kombuBroker } from '../redis/kombuBroker.js';
import { fixed } from '../redis/locator.js';
import { ConnectionPool } from '../redis/pool.js';

export interface ChordBroker {
  readonly broker: Broker | SendCall | null;
  /** Whether it is closed with the backend. */
  readonly isOwn: boolean;
}

/** `memory` is the broker of the embedded store, where the backend is one of it. */
export const ownBroker = (config: Config, memory: () => Broker | null): ChordBroker => {
  const { broker, connectionPool: _, credentials: __, ...inherited } = config;
  if (typeof broker !== 'string') {
    return { broker: broker as Broker | SendCall | null, isOwn: false };
  }
  const found = decodeConfig({ url: broker });
  if (E.isLeft(found)) throw new ImproperlyConfigured('broker', found.left.problem);
  const { address } = found.right;
  if (address._tag === 'Memory') {
    const own = memory();
    if (own !== null) return { broker: own, isOwn: true };
    throw new ImproperlyConfigured('broker', 'memory:// is the broker of a memory:// store alone');
  }
  const { db, username, password, protocol, uri } = found.right;
  const led: Config = {
    ...inherited,
    ...{ address, db, username, password, protocol, uri },
    ...{ broker: null, connectionPool: null, credentials: null },
  };
  return {
    broker: kombuBroker(new ConnectionPool({ locator: fixed(address), config: led })),
    isOwn: true,
  };
};
