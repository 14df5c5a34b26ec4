/**
 * From options to what a backend stands on: a Redis, or the embedded store of `memory://`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { identity, pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import type { LinkSettings, Socket, Tcp } from '../config/address.js';
import { type BackendOptions, decodeOptions, type RedisBackendOptions } from '../config/options.js';
import { tlsWarning } from '../config/tls.js';
import { connectionParameters } from '../config/url.js';
import { ImproperlyConfigured } from '../errors/errors.js';
import { memoryStore } from '../memory/memoryStore.js';
import { of } from '../operation/operation.js';
import { ioredis } from '../redis/ioredis.js';
import { ConnectionPool } from '../redis/pool.js';
import { json } from '../serialization/json.js';
import { registry } from '../serialization/registry.js';
import { type Serializer, total } from '../serialization/serializer.js';
import type { Foundation } from '../store/keyValueStore.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Connected extends Foundation {
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
  const common = { options, serializer: serializerOf(options) };
  if (parameters._tag === 'Memory') {
    const connection = memoryStore({ scheduler: options.scheduler });
    return { ...common, connection, hold: identity, pool: null, settings: options };
  }
  const { settings } = parameters;
  const pool = options.connectionPool ?? newPool(options, parameters);
  const hold: Foundation['hold'] = (wait) => pool.offlineQueue.hold(wait);
  const connection = ioredis(pool);
  return options.connectionPool === null
    ? { ...common, connection, hold, pool, settings }
    : { ...common, connection: { ...connection, close: of(undefined) }, hold, pool, settings };
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
  return new ConnectionPool({ parameters, credentials, maxOfflineQueue });
};

/** What could not be read back is not written either. */
const serializerOf = ({ serializer, serializers, accept }: BackendOptions): Serializer =>
  orThrow(
    pipe(
      registry([...serializers.map(total), json], accept).toRead(serializer),
      E.mapLeft(({ problem }) => new ImproperlyConfigured('serializer', problem)),
    ),
  );

const orThrow = <A>(either: E.Either<ImproperlyConfigured, A>): A => {
  if (E.isLeft(either)) throw either.left;
  return either.right;
};
