/**
 * From a result-backend URL, and the options beside it, to `ConnectionParameters`.
 *
 * The URL wins over the options, and its query over the rest of it. A part that the URL
 * leaves out comes from the options, with one exception, Celery's own: the database of
 * a `redis://` or `rediss://` URL without a path is 0, whatever `db` says.
 *
 * Source: `RedisBackend._params_from_url` in `celery/backends/redis.py`.
 *
 * @since 0.1.0
 */
import { sequenceS } from 'fp-ts/lib/Apply.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { ImproperlyConfigured } from '../errors/errors.js';
import type { ConnectionParameters, LinkSettings, Memory, Socket, Tcp } from './address.js';
import { type SslParameters, type TlsOptions, tlsOptions } from './tls.js';
import { isUrl, schemeOf, splitUrl, type UrlParts, unescaped } from './urlParts.js';
import { integer, needsRediss, overrideSettings, overrideSsl, read, sslNames } from './urlQuery.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * The options that say where a Redis is and how to reach it.
 *
 * @category model
 * @since 0.1.0
 */
export interface ConnectionOptions extends LinkSettings {
  /** A URL, or the bare name of the backend, `redis`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username: string | null;
  readonly password: string | null;
  readonly ssl: SslParameters | null;
}

type Result<A> = E.Either<ImproperlyConfigured, A>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Reads `options.url` with the other options as its defaults. Fails with
 * `ImproperlyConfigured`, in Celery's words where it has any.
 *
 * @category constructors
 * @since 0.1.0
 */
export const connectionParameters = (options: ConnectionOptions): Result<ConnectionParameters> =>
  isUrl(options.url)
    ? pipe(
        knownScheme(options.url),
        E.chain(splitUrl),
        E.chain((parts) => byScheme(parts, options)),
      )
    : bareBackend(options);

/** Looked at first: several addresses, as of Sentinels, are not to be told for a wrong port. */
const knownScheme = (url: string): Result<string> =>
  schemeOf(url) === 'sentinel'
    ? invalid('is a Sentinel URL; Sentinel is not supported yet')
    : E.right(url);

const byScheme = (parts: UrlParts, options: ConnectionOptions): Result<ConnectionParameters> => {
  switch (parts.scheme) {
    case 'redis':
    case 'rediss':
      return tcp(parts, options);
    case 'socket':
      return socket(parts, options);
    case 'memory':
      return memory(parts);
    default:
      return invalid(
        `Unknown result backend: '${parts.scheme}'.  Did you spell that correctly? ` +
          '(redis://, rediss://, redis+socket:// and memory:// are known)',
      );
  }
};

const bareBackend = (options: ConnectionOptions): Result<Tcp> =>
  options.url === 'redis'
    ? tcp({ ...NOWHERE, path: String(options.db) }, options)
    : invalid('expected a URL, such as redis://localhost:6379/0');

const NOWHERE: UrlParts = {
  scheme: 'redis',
  host: null,
  port: null,
  username: null,
  password: null,
  path: null,
  query: {},
};

const tcp = (parts: UrlParts, options: ConnectionOptions): Result<Tcp> =>
  pipe(
    sequenceS(E.Applicative)({
      port: read(parts.query)('port', integer(0, 65535), parts.port ?? options.port),
      db: database(parts, parts.path),
      tls: security(parts, options),
      settings: overrideSettings(parts.query, options),
    }),
    E.map((read) => ({
      _tag: 'Tcp',
      host: parts.query.host ?? parts.host ?? options.host,
      ...read,
      ...identity(parts, options),
    })),
  );

const socket = (parts: UrlParts, options: ConnectionOptions): Result<Socket> =>
  pipe(
    sequenceS(E.Applicative)({
      path: E.fromNullable(socketPathMissing)(parts.query.path ?? (parts.path && `/${parts.path}`)),
      db: database(parts, parts.query.virtual_host ?? String(options.db)),
      settings: overrideSettings(parts.query, options),
    }),
    E.apFirst(withoutTls(parts, options)),
    E.map((read) => ({ _tag: 'Socket', ...read, ...identity(parts, options) })),
  );

/** Celery fails when it connects so; here it would go without what was asked for. */
const withoutTls = ({ query }: UrlParts, { ssl }: ConnectionOptions): Result<null> => {
  const [name = ssl === null ? undefined : 'ssl'] = sslNames(query);
  return name === undefined
    ? E.right(null)
    : invalid(`is a Unix domain socket, which has no TLS; ${name} has no meaning there`);
};

const socketPathMissing = new ImproperlyConfigured(
  'url',
  'a socket has a path, as in redis+socket:///run/redis.sock',
);

const memory = (parts: UrlParts): Result<Memory> =>
  pipe(
    database(parts, parts.path),
    E.map((db) => ({ _tag: 'Memory', db })),
  );

const identity = ({ query, ...parts }: UrlParts, options: ConnectionOptions) => ({
  username: query.username ?? parts.username ?? options.username,
  password: query.password ?? parts.password ?? options.password,
  query,
});

/** A database may come with slashes around it, as in kombu. */
const database = ({ query }: UrlParts, given: string | null): Result<number> => {
  const db = query.db ?? given?.replace(/^\/+|\/+$/g, '') ?? '0';
  return pipe(
    integer(0)('db', db),
    E.mapLeft((error) => (db.includes('@') ? unescaped : error)),
  );
};

const security = (
  { scheme, query }: UrlParts,
  { ssl }: ConnectionOptions,
): Result<TlsOptions | null> => {
  if (scheme === 'redis') {
    if (needsRediss(query)) return E.left(schemeMismatch);
    if (ssl === null) return sslNames(query).length > 0 ? E.left(schemeMismatch) : E.right(null);
  }
  return pipe(overrideSsl(query, ssl ?? {}), E.chain(tlsOptions));
};

const schemeMismatch = new ImproperlyConfigured(
  'url',
  'SSL connection parameters have been provided but the specified URL scheme is redis://. ' +
    'A Redis SSL connection URL should use the scheme rediss://.',
);

const invalid = (problem: string): Result<never> =>
  E.left(new ImproperlyConfigured('url', problem));
