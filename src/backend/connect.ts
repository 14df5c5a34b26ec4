/**
 * From options to what a backend stands on: a Redis, or the embedded store of `memory://`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import {
  address,
  type ConnectionParameters,
  type LinkSettings,
  type Socket,
  type Tcp,
} from '../config/address.js';
import { type BackendOptions, decodeOptions, type RedisBackendOptions } from '../config/options.js';
import { tlsWarning } from '../config/tls.js';
import { connectionParameters } from '../config/url.js';
import { ImproperlyConfigured } from '../errors/errors.js';
import { memoryStore } from '../memory/memoryStore.js';
import { settled } from '../operation/run.js';
import type { Connection } from '../port/commands.js';
import { ioredis } from '../redis/ioredis.js';
import { ConnectionPool } from '../redis/pool.js';
import { compressed } from '../serialization/compressed.js';
import type { Compression } from '../serialization/compression.js';
import { type Compressions, compressions } from '../serialization/compressions.js';
import { json } from '../serialization/json.js';
import { registry } from '../serialization/registry.js';
import { type Serializer, total } from '../serialization/serializer.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Connected {
  readonly options: BackendOptions;
  readonly connection: Connection;
  readonly serializer: Serializer;
  /** Null for `memory://`, which has none. */
  readonly pool: ConnectionPool | null;
  /** The options, as the URL's query overrides them. */
  readonly settings: LinkSettings;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Opens no socket. Throws `ImproperlyConfigured`, since a constructor cannot return it. */
export const connect = (written: RedisBackendOptions): Connected => {
  const options = orThrow(decodeOptions(written));
  const parameters = orThrow(connectionParameters(options));
  const common = { options, serializer: serializerOf(options, parameters) };
  if (parameters._tag === 'Memory') {
    const connection = memoryStore({ scheduler: options.scheduler });
    return { ...common, connection, pool: null, settings: options };
  }
  const { settings } = parameters;
  const { connectionPool: shared } = options;
  if (shared === null) {
    const pool = newPool(options, parameters);
    return { ...common, connection: ioredis(pool), pool, settings };
  }
  const url = urlOf(shared, parameters, written);
  const connection = { ...ioredis(shared), close: settled<void>(E.right(undefined)) };
  return { ...common, options: { ...options, url }, connection, pool: shared, settings };
};

/** A shared pool leads where it leads; options of the backend's own may not say otherwise. */
const urlOf = (pool: ConnectionPool, own: Tcp | Socket, written: RedisBackendOptions): string => {
  const isWritten = PLACES.some((name) => written[name] !== undefined && written[name] !== null);
  if (isWritten && place(own) !== place(pool.parameters)) {
    throw new ImproperlyConfigured(
      'connectionPool',
      `leads to ${place(pool.parameters)}, and the options of the backend to ${place(own)}`,
    );
  }
  return pool.url();
};

const PLACES = ['url', 'host', 'port', 'db', 'username', 'password', 'ssl'] as const;

const place = (parameters: Tcp | Socket): string => {
  const user = parameters.username === null ? '' : `${parameters.username}@`;
  const tls = parameters._tag === 'Tcp' && parameters.tls !== null ? ' by TLS' : '';
  return `${user}${address(parameters)}/${parameters.db}${tls}`;
};

/**
 * A pool for several backends to share, as their `connectionPool`; close it after them.
 * Throws `ImproperlyConfigured`, also for `memory://`, which has no connections.
 *
 * @category constructors
 * @since 0.1.0
 */
export const connectionPool = (written: RedisBackendOptions = {}): ConnectionPool => {
  const options = orThrow(decodeOptions(written));
  const parameters = orThrow(connectionParameters(options));
  if (parameters._tag === 'Memory') {
    throw new ImproperlyConfigured('url', 'memory:// has no connections to pool');
  }
  return newPool(options, parameters);
};

const newPool = (options: BackendOptions, parameters: Tcp | Socket): ConnectionPool => {
  if (parameters._tag === 'Tcp' && parameters.tls !== null) {
    O.map(options.logger.warn)(tlsWarning(parameters.tls));
  }
  const { credentials = null, maxOfflineQueue } = options;
  return new ConnectionPool({ parameters, credentials, maxOfflineQueue, url: () => options.url });
};

/** What could not be read back is not written either. */
const serializerOf = (options: BackendOptions, parameters: ConnectionParameters): Serializer => {
  const { serializer, serializers, accept, maxDecompressedBytes: limit } = options;
  const found = orThrow(
    pipe(
      registry([...serializers.map(total), json], accept).toRead(serializer),
      E.mapLeft(({ problem }) => new ImproperlyConfigured('serializer', problem)),
    ),
  );
  const known = compressions(options.compressions);
  const compression = compressionOf(options, parameters, known);
  return compressed(found, { compression, compressions: known, limit });
};

/** Celery's redis-py can't have both: with any `decode_responses` in the URL it is off. */
const compressionOf = (
  { compression, logger }: BackendOptions,
  parameters: ConnectionParameters,
  known: Compressions,
): Compression | null => {
  if (compression === null) return null;
  const found = orThrow(known.toWrite(compression));
  if (parameters._tag === 'Memory' || parameters.query.decode_responses === undefined) return found;
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
