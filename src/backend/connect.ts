/**
 * From options to what a backend stands on: a Redis, or the embedded store of `memory://`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constNull, pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import type { SendCall } from '../chord/sender.js';
import { type Address, addressText } from '../config/address.js';
import { type Config, decodeConfig } from '../config/config.js';
import type { RedisBackendOptions, SharedPool } from '../config/options.js';
import { tlsWarning } from '../config/tls.js';
import { ImproperlyConfigured } from '../errors/errors.js';
import { memoryStore } from '../memory/memoryStore.js';
import { chain, settled } from '../operation/run.js';
import type { Broker } from '../port/broker.js';
import type { Connection } from '../port/commands.js';
import { ioredis } from '../redis/ioredis.js';
import { fixed } from '../redis/locator.js';
import { ConnectionPool } from '../redis/pool.js';
import { compressed } from '../serialization/compressed.js';
import type { Compression } from '../serialization/compression.js';
import { type Compressions, compressions } from '../serialization/compressions.js';
import { json } from '../serialization/json.js';
import { registry } from '../serialization/registry.js';
import { type Serializer, total } from '../serialization/serializer.js';
import type { KombuOptions } from '../wire/kombuLayout.js';
import { brokerOf, ownBroker } from './ownBroker.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What the options of a backend lead to. */
export interface Connected {
  readonly _tag: 'Connected';
  readonly config: Config;
  readonly connection: Connection;
  readonly serializer: Serializer;
  /** What sends the bodies of chords; null where nothing was said of it. */
  readonly broker: Broker | SendCall | null;
  /** The broker that a URL leads to, which whoever asks for it closes. */
  readonly brokerAt: (url: string, options?: KombuOptions) => Broker;
  /** Null for `memory://`, which has none. */
  readonly pool: ConnectionPool | null;
}

// -------------------------------------------------------------------------------------
// refinements
// -------------------------------------------------------------------------------------

export const isConnected = (u: unknown): u is Connected =>
  typeof u === 'object' && u !== null && '_tag' in u && u._tag === 'Connected';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Opens no socket. Throws `ImproperlyConfigured`, since a constructor cannot return it. */
export const connect = (written: RedisBackendOptions): Connected => {
  const config = orThrow(decodeConfig(written));
  const serializer = serializerOf(config);
  const { address, connectionPool: shared } = config;
  if (address._tag === 'Memory') {
    const store = memoryStore({ scheduler: config.scheduler });
    return connected({ config, serializer, connection: store, pool: null }, (options) =>
      store.broker(options),
    );
  }
  if (shared === null) {
    const pool = newPool(config, address);
    return connected({ config, serializer, connection: ioredis(pool), pool }, constNull);
  }
  const pool = sharedPool(shared, config, written);
  const connection = { ...ioredis(pool), close: settled<void>(E.right(undefined)) };
  const led = { ...config, uri: pool.config.uri };
  return connected({ config: led, serializer, connection, pool }, constNull);
};

/** With its broker, which is closed with it where it is its own. */
const connected = (
  parts: Omit<Connected, '_tag' | 'broker' | 'brokerAt'>,
  memory: (options?: KombuOptions) => Broker | null,
): Connected => {
  const { connection, config } = parts;
  const brokerAt: Connected['brokerAt'] = (url, options) =>
    brokerOf(config, url, memory(options), options);
  const { broker, isOwn } = ownBroker(config, brokerAt);
  const close =
    isOwn && broker !== null && typeof broker !== 'function'
      ? pipe(
          connection.close,
          chain(() => broker.close),
        )
      : connection.close;
  return { _tag: 'Connected', ...parts, connection: { ...connection, close }, broker, brokerAt };
};

/** A shared pool leads where it leads; options of the backend's own may not say otherwise. */
const sharedPool = (
  pool: SharedPool,
  own: Config,
  written: RedisBackendOptions,
): ConnectionPool => {
  if (!(pool instanceof ConnectionPool)) {
    throw new ImproperlyConfigured('connectionPool', 'expected what connectionPool() makes');
  }
  const isWritten = PLACES.some((name) => written[name] !== undefined && written[name] !== null);
  if (isWritten && place(own) !== place(pool.config)) {
    throw new ImproperlyConfigured(
      'connectionPool',
      `leads to ${place(pool.config)}, and the options of the backend to ${place(own)}`,
    );
  }
  return pool;
};

const PLACES = ['url', 'host', 'port', 'db', 'username', 'password', 'ssl'] as const;

const place = ({ address, username, db }: Config): string => {
  const user = username === null ? '' : `${username}@`;
  const tls = address._tag === 'Tcp' && address.tls !== null ? ' by TLS' : '';
  return `${user}${addressText(address)}/${db}${tls}`;
};

/**
 * A pool for several backends to share, as their `connectionPool`; close it after them.
 * Throws `ImproperlyConfigured`, also for `memory://`, which has no connections.
 *
 * @example
 * import { connectionPool, RedisBackend } from 'chordis'
 *
 * const pool = connectionPool({ url: 'redis://localhost:6379/1', maxConnections: 4 })
 * const short = new RedisBackend({ connectionPool: pool, expires: 60 })
 * const long = new RedisBackend({ connectionPool: pool, expires: 86_400 })
 *
 * await short.close()()
 * await long.close()()
 * await pool.close()
 *
 * @category constructors
 * @since 0.1.0
 */
export const connectionPool = (written: RedisBackendOptions = {}): ConnectionPool => {
  const config = orThrow(decodeConfig(written));
  if (config.address._tag === 'Memory') {
    throw new ImproperlyConfigured('url', 'memory:// has no connections to pool');
  }
  return newPool(config, config.address);
};

const newPool = (config: Config, address: Address): ConnectionPool => {
  if (address._tag === 'Tcp' && address.tls !== null) {
    O.map(config.logger.warn)(tlsWarning(address.tls));
  }
  return new ConnectionPool({ locator: fixed(address), config });
};

/** What could not be read back is not written either. */
const serializerOf = (config: Config): Serializer => {
  const { serializer, serializers, accept, maxDecompressedBytes: limit } = config;
  const found = orThrow(
    pipe(
      registry([...serializers.map(total), json], accept).toRead(serializer),
      E.mapLeft(({ problem }) => new ImproperlyConfigured('serializer', problem)),
    ),
  );
  const known = compressions(config.compressions);
  return compressed(found, {
    compression: compressionOf(config, known),
    compressions: known,
    limit,
  });
};

/** Celery's redis-py can't have both: with any `decode_responses` in the URL it is off. */
const compressionOf = (
  { compression, decodeResponses, logger }: Config,
  known: Compressions,
): Compression | null => {
  if (compression === null) return null;
  const found = orThrow(known.toWrite(compression, 'result_compression'));
  if (!decodeResponses) return found;
  logger.warn(
    'The Redis result backend is configured with decode_responses enabled.\n' +
      'The result_compression setting is ignored and results are stored uncompressed.',
  );
  return null;
};

const orThrow = <A>(either: E.Either<ImproperlyConfigured, A>): A => {
  if (E.isLeft(either)) throw either.left;
  return either.right;
};
