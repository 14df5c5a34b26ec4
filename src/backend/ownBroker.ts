/**
 * The broker that an option tells of. One that is given stays its owner's; one that a URL
 * leads to is closed with the backend.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { SendCall } from '../chord/sender.js';
import { type Config, decodeConfig } from '../config/config.js';
import { isUrl, schemeOf } from '../config/urlParts.js';
import { ImproperlyConfigured } from '../errors/errors.js';
import type { Broker } from '../port/broker.js';
import { kombuBroker } from '../redis/kombuBroker.js';
import { fixed } from '../redis/locator.js';
import { ConnectionPool } from '../redis/pool.js';
import type { KombuOptions } from '../wire/kombuLayout.js';

export interface ChordBroker {
  readonly broker: Broker | SendCall | null;
  /** Whether it is closed with the backend. */
  readonly isOwn: boolean;
}

export const ownBroker = (config: Config, brokerAt: (url: string) => Broker): ChordBroker =>
  typeof config.broker === 'string'
    ? { broker: brokerAt(config.broker), isOwn: true }
    : { broker: config.broker as Broker | SendCall | null, isOwn: false };

/** `memory` is the broker of the embedded store, where the backend is one of it. */
export const brokerOf = (
  { connectionPool: _, credentials: __, ...inherited }: Config,
  url: string,
  memory: Broker | null,
  options?: KombuOptions,
): Broker => {
  if (isUrl(url) && !SCHEMES.has(schemeOf(url))) throw unknownBroker(schemeOf(url));
  const found = decodeConfig({ url });
  if (E.isLeft(found)) throw new ImproperlyConfigured('broker', found.left.problem);
  const { address, db, username, password, protocol, uri } = found.right;
  if (address._tag === 'Memory') {
    if (memory !== null) return memory;
    throw new ImproperlyConfigured('broker', 'memory:// is the broker of a memory:// store alone');
  }
  const led: Config = {
    ...inherited,
    ...{ address, db, username, password, protocol, uri },
    ...{ broker: null, connectionPool: null, credentials: null },
  };
  return kombuBroker(new ConnectionPool({ locator: fixed(address), config: led }), options);
};

/** Those of Kombu that come with chordis; a text without one is told as any URL is. */
const SCHEMES: ReadonlySet<string> = new Set(['redis', 'rediss', 'socket', 'memory', 'sentinel']);

const unknownBroker = (scheme: string): ImproperlyConfigured =>
  new ImproperlyConfigured(
    'broker',
    /^(py|lib)?amqps?$/.test(scheme)
      ? 'AMQP comes with chordis/amqp: give amqpBroker(url) in place of the URL'
      : `'${scheme}' is no broker that is known by URL: redis://, rediss://, redis+socket:// and memory:// are, and any Broker may be given`,
  );
