/**
 * `Location`: where the store is and how to get in, from a result-backend URL and the options
 * beside it.
 *
 * The URL wins over the options, and its query over the rest of it. A part that the URL
 * leaves out comes from the options, with one exception, Celery's own: the database of
 * a `redis://` or `rediss://` URL without a path is 0, whatever `db` says. Where there is no
 * URL, the options stand for the parts of one.
 *
 * Source: `RedisBackend._params_from_url` in `celery/backends/redis.py`.
 *
 * @since 0.1.0
 */
import { sequenceS } from 'fp-ts/lib/Apply.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { ImproperlyConfigured } from '../errors/errors.js';
import type { Address, Memory } from './address.js';
import type { LinkSettings } from './linkSettings.js';
import type { SslParameters } from './tls.js';
import { NO_URI, toUrl, type Uri, uriOf } from './uri.js';
import { isUrl, schemeOf, splitUrl, type UrlParts, unescaped } from './urlParts.js';
import { integer, overrideSettings, read } from './urlQuery.js';
import { tlsOf, withoutTls } from './urlTls.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * @category model
 * @since 0.1.0
 */
export interface Location extends LinkSettings {
  readonly address: Address | Memory;
  readonly db: number;
  readonly username: string | null;
  readonly password: string | null;
  /** The RESP to be spoken. */
  readonly protocol: number;
  /** Whether the URL has redis-py's `decode_responses`, whatever it says. */
  readonly decodeResponses: boolean;
  readonly uri: Uri;
}

/** The options that say so. */
interface LocationOptions extends LinkSettings {
  /** A URL, or the bare name of the backend, `redis`. */
  readonly url: string | null;
  /** A host, or a URL, which then stands for `url`. */
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username: string | null;
  readonly password: string | null;
  readonly ssl: SslParameters | null;
}

/** A URL in its parts, or what stands for one, with the options beside it. */
interface Written {
  readonly parts: UrlParts;
  readonly options: LocationOptions;
  readonly uri: Uri;
}

type Result<A> = E.Either<ImproperlyConfigured, A>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Fails with `ImproperlyConfigured`, in Celery's words where it has any.
 *
 * @category constructors
 * @since 0.1.0
 */
export const location = (options: LocationOptions): Result<Location> => {
  if (isUrl(options.host)) return ofUrl(options.host, { ...options, host: 'localhost' });
  if (options.url === null) return ofOptions(options);
  return isUrl(options.url) ? ofUrl(options.url, options) : ofName(options.url, options);
};

const ofUrl = (url: string, options: LocationOptions): Result<Location> =>
  pipe(
    knownScheme(url),
    E.chain(splitUrl),
    E.chain((parts) => byScheme({ parts, options, uri: uriOf(url, parts) })),
  );

/** Looked at first: several addresses, as of Sentinels, are not to be told for a wrong port. */
const knownScheme = (url: string): Result<string> =>
  schemeOf(url) === 'sentinel'
    ? invalid('is a Sentinel URL; Sentinel is not supported yet')
    : E.right(url);

const ofOptions = (options: LocationOptions): Result<Location> => {
  // as in a URL: it may come from a file
  const host = options.host.replace(/[\t\r\n]/g, '');
  // not to be told later, since there may be a password in it
  if (/[/?#@[\]\s]/.test(host)) return E.left(noHost);
  if (host === '') return E.left(emptyHost);
  const parts: UrlParts = {
    scheme: options.ssl === null ? 'redis' : 'rediss',
    host,
    port: options.port,
    username: options.username || null,
    password: options.password || null,
    path: String(options.db),
    query: {},
  };
  const url = toUrl({ ...options, host, scheme: parts.scheme });
  return tcp({ parts, options, uri: uriOf(url, parts) });
};

const emptyHost = new ImproperlyConfigured('host', 'is empty: leave it out for localhost');

const noHost = new ImproperlyConfigured('host', 'is neither a host nor a URL');

const ofName = (name: string, options: LocationOptions): Result<Location> =>
  name === 'redis'
    ? tcp({ parts: { ...NOWHERE, path: String(options.db) }, options, uri: NO_URI })
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

// -------------------------------------------------------------------------------------
// schemes
// -------------------------------------------------------------------------------------

const byScheme = (written: Written): Result<Location> => {
  switch (written.parts.scheme) {
    case 'redis':
    case 'rediss':
      return tcp(written);
    case 'socket':
      return socket(written);
    case 'memory':
      return memory(written);
    default:
      return invalid(
        `Unknown result backend: '${written.parts.scheme}'.  Did you spell that correctly? ` +
          '(redis://, rediss://, redis+socket:// and memory:// are known)',
      );
  }
};

const tcp = (written: Written): Result<Location> => {
  const { parts, options } = written;
  const address = pipe(
    sequenceS(E.Applicative)({
      port: read(parts.query)('port', integer(0, 65535), parts.port ?? options.port),
      tls: tlsOf(parts, options.ssl),
    }),
    E.map(
      (found): Address => ({
        _tag: 'Tcp',
        host: parts.query.host ?? parts.host ?? options.host,
        ...found,
      }),
    ),
  );
  return at(address, parts.path, written);
};

const socket = (written: Written): Result<Location> => {
  const { parts, options } = written;
  const { path = parts.path && `/${parts.path}`, virtual_host: db } = parts.query;
  const address = pipe(
    E.fromNullable(socketPathMissing)(path),
    E.map((path): Address => ({ _tag: 'Socket', path })),
    E.apFirst(withoutTls(parts, options.ssl)),
  );
  return at(address, db ?? String(options.db), written);
};

const socketPathMissing = new ImproperlyConfigured(
  'url',
  'a socket has a path, as in redis+socket:///run/redis.sock',
);

/** Nothing else of its query means anything. */
const memory = ({ parts, ...written }: Written): Result<Location> => {
  const { db } = parts.query;
  const query = db === undefined ? {} : { db };
  return at(E.right({ _tag: 'Memory' }), parts.path, { ...written, parts: { ...parts, query } });
};

/** At this address, and in this database unless the query says otherwise. */
const at = (
  address: Result<Address | Memory>,
  path: string | null,
  { parts, options, uri }: Written,
): Result<Location> => {
  const { query } = parts;
  return pipe(
    sequenceS(E.Applicative)({
      address,
      db: database(query.db ?? path),
      settings: overrideSettings(query, options),
      protocol: read(query)('protocol', integer(2, 3), 3),
    }),
    E.map(({ settings, ...found }) => ({
      ...settings,
      ...found,
      username: query.username ?? parts.username ?? options.username,
      password: query.password ?? parts.password ?? options.password,
      decodeResponses: query.decode_responses !== undefined,
      uri,
    })),
  );
};

/** A database may come with slashes around it, as in kombu. */
const database = (given: string | null): Result<number> => {
  const db = given?.replace(/^\/+|\/+$/g, '') ?? '0';
  return pipe(
    integer(0)('db', db),
    E.mapLeft((error) => (db.includes('@') ? unescaped : error)),
  );
};

const invalid = (problem: string): Result<never> =>
  E.left(new ImproperlyConfigured('url', problem));
