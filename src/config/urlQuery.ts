/**
 * What the query of a Redis URL may set, read as redis-py reads it.
 *
 * Source: `redis.connection.URL_QUERY_ARGUMENT_PARSERS`.
 *
 * @since 0.1.0
 */
import { sequenceS } from 'fp-ts/lib/Apply.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import { ImproperlyConfigured } from '../errors/errors.js';
import { MAX_SECONDS } from '../operation/maxWait.js';
import type { LinkSettings } from './address.js';
import { CLIENT_NAME, isClientName } from './clientName.js';
import { cannotValidate, type SslParameters } from './tls.js';
import { unquote } from './uriComponent.js';
import { parseVerifyFlags } from './verifyFlags.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

type Query = Readonly<Record<string, string>>;

type Reader<A> = (name: string, text: string) => E.Either<ImproperlyConfigured, A>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Python's `int(text)`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parseInteger = (text: string): O.Option<number> =>
  /^\s*[+-]?\d+(_\d+)*\s*$/.test(text) ? O.some(Number(text.replaceAll('_', ''))) : O.none;

/**
 * Python's `float(text)`, of finite numbers.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parseNumber = (text: string): O.Option<number> =>
  /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? O.some(Number(text)) : O.none;

/**
 * @category constructors
 * @since 0.1.0
 */
export const integer =
  (least: number, most = Number.MAX_SAFE_INTEGER): Reader<number> =>
  (name, text) =>
    pipe(
      parseInteger(text),
      E.fromOption(() => refusal(name, `invalid literal for int() with base 10: '${text}'`)),
      E.filterOrElse(
        (value) => value >= least && value <= most,
        (value) => refusal(name, `must be from ${least} to ${most}, got ${value}`),
      ),
    );

/** Anything but 0, F, FALSE, N and NO, in any case, is true. */
const flag: Reader<boolean> = (_name, text) => E.right(!/^(0|f|false|n|no)$/i.test(text));

const deadline: Reader<number> = (name, text) =>
  pipe(
    parseNumber(text),
    E.fromOption(() => refusal(name, `could not convert string to float: '${text}'`)),
    E.filterOrElse(
      (seconds) => seconds > 0 && seconds <= MAX_SECONDS,
      (seconds) => refusal(name, `must be over 0, up to ${MAX_SECONDS}, got ${seconds}`),
    ),
  );

const name: Reader<string> = (option, text) =>
  isClientName(text) ? E.right(text) : E.left(refusal(option, `must be ${CLIENT_NAME}`));

const refusal = (name: string, problem: string): ImproperlyConfigured =>
  new ImproperlyConfigured('url', `${name}: ${problem}`);

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/**
 * The value of `name` where the query has it, else `otherwise`.
 *
 * @category combinators
 * @since 0.1.0
 */
export const read =
  (query: Query) =>
  <A, B>(name: string, reader: Reader<A>, otherwise: B): E.Either<ImproperlyConfigured, A | B> => {
    const given = query[name];
    return given === undefined ? E.right(otherwise) : reader(name, given);
  };

/**
 * `settings`, overridden by the query.
 *
 * @category combinators
 * @since 0.1.0
 */
export const overrideSettings = (
  query: Query,
  settings: LinkSettings,
): E.Either<ImproperlyConfigured, LinkSettings> => {
  const from = read(query);
  return pipe(
    sequenceS(E.Applicative)({
      maxConnections: from('max_connections', integer(1), settings.maxConnections),
      socketTimeout: from('socket_timeout', deadline, settings.socketTimeout),
      socketConnectTimeout: from('socket_connect_timeout', deadline, settings.socketConnectTimeout),
      socketKeepalive: from('socket_keepalive', flag, settings.socketKeepalive),
      healthCheckInterval: from(
        'health_check_interval',
        integer(0, MAX_SECONDS),
        settings.healthCheckInterval,
      ),
      clientName: from('client_name', name, settings.clientName),
    }),
    // no setting: the link takes it from the query
    E.apFirst(from('protocol', integer(2, 3), 3)),
  );
};

/**
 * `ssl`, overridden by the query. A parameter that is unknown is refused rather than
 * passed over: it was meant to make the connection safer.
 *
 * @category combinators
 * @since 0.1.0
 */
export const overrideSsl = (
  query: Query,
  ssl: SslParameters,
): E.Either<ImproperlyConfigured, SslParameters> => {
  const names = sslNames(query);
  const ocsp = names.find((name) => OCSP_NAMES.has(name));
  if (ocsp !== undefined) return E.left(refusal(ocsp, cannotValidate(ocsp).problem));
  const unknown = names.find((name) => !SSL_NAMES.has(name));
  if (unknown !== undefined) return E.left(refusal(unknown, 'is not supported'));
  // Celery decodes these four once more than it does the rest of the query.
  const decoded = (name: string): string | undefined => query[name] && unquote(query[name]);
  const from = read(query);
  return pipe(
    sequenceS(E.Applicative)({
      sslCheckHostname: from('ssl_check_hostname', flag, ssl.sslCheckHostname),
      sslValidateOcsp: from('ssl_validate_ocsp', flag, ssl.sslValidateOcsp),
      sslValidateOcspStapled: from('ssl_validate_ocsp_stapled', flag, ssl.sslValidateOcspStapled),
      sslIncludeVerifyFlags: from('ssl_include_verify_flags', flags, ssl.sslIncludeVerifyFlags),
      sslExcludeVerifyFlags: from('ssl_exclude_verify_flags', flags, ssl.sslExcludeVerifyFlags),
    }),
    E.map((parsed) => ({
      ...parsed,
      sslCertReqs: decoded('ssl_cert_reqs') ?? ssl.sslCertReqs,
      sslCaCerts: decoded('ssl_ca_certs') ?? ssl.sslCaCerts,
      sslCertfile: decoded('ssl_certfile') ?? ssl.sslCertfile,
      sslKeyfile: decoded('ssl_keyfile') ?? ssl.sslKeyfile,
      sslPassword: query.ssl_password ?? ssl.sslPassword,
      sslCaData: query.ssl_ca_data ?? ssl.sslCaData,
      sslCaPath: query.ssl_ca_path ?? ssl.sslCaPath,
      sslMinVersion: query.ssl_min_version ?? ssl.sslMinVersion,
      sslCiphers: query.ssl_ciphers ?? ssl.sslCiphers,
    })),
  );
};

const flags: Reader<ReadonlyArray<string>> = (_name, text) => E.right(parseVerifyFlags(text));

/** Of redis-py's `SSLConnection`. */
const SSL_NAMES: ReadonlySet<string> = new Set([
  'ssl_cert_reqs',
  'ssl_ca_certs',
  'ssl_ca_data',
  'ssl_ca_path',
  'ssl_certfile',
  'ssl_keyfile',
  'ssl_password',
  'ssl_check_hostname',
  'ssl_min_version',
  'ssl_ciphers',
  'ssl_include_verify_flags',
  'ssl_exclude_verify_flags',
  'ssl_validate_ocsp',
  'ssl_validate_ocsp_stapled',
]);

const OCSP_NAMES: ReadonlySet<string> = new Set(['ssl_ocsp_context', 'ssl_ocsp_expected_cert']);

/** Those that Celery looks for in a URL that is not `rediss://`. */
const CELERYS: ReadonlySet<string> = new Set([
  'ssl_cert_reqs',
  'ssl_ca_certs',
  'ssl_certfile',
  'ssl_keyfile',
]);

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/**
 * The names of the TLS parameters in the query.
 *
 * @category destructors
 * @since 0.1.0
 */
export const sslNames = (query: Query): ReadonlyArray<string> =>
  Object.keys(query).filter((name) => name.startsWith('ssl_'));

/**
 * Whether the query has one that Celery refuses in a `redis://` URL, whatever the options
 * say; the others belong to the TLS that an option may have asked for.
 *
 * @category destructors
 * @since 0.1.0
 */
export const needsRediss = (query: Query): boolean =>
  sslNames(query).some((name) => CELERYS.has(name));
