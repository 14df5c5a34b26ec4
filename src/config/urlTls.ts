/**
 * The TLS of a URL: what its scheme and its query say of it, over the `ssl` option.
 *
 * Source: `RedisBackend._params_from_url` in `celery/backends/redis.py`.
 *
 * @since 0.1.0
 */
import { sequenceS } from 'fp-ts/lib/Apply.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { ImproperlyConfigured } from '../errors/errors.js';
import { cannotValidate, type SslParameters, type TlsOptions, tlsOptions } from './tls.js';
import { unquote } from './uriComponent.js';
import type { UrlParts } from './urlParts.js';
import { flag, type Query, type Reader, read, refusal } from './urlQuery.js';
import { parseVerifyFlags } from './verifyFlags.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Of a `redis://` or `rediss://` URL; `null` where it has none.
 *
 * @category constructors
 * @since 0.1.0
 */
export const tlsOf = (
  { scheme, query }: UrlParts,
  ssl: SslParameters | null,
): E.Either<ImproperlyConfigured, TlsOptions | null> => {
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

/**
 * Of a Unix domain socket. Celery fails when it connects so; here it would go without what was
 * asked for.
 *
 * @category constructors
 * @since 0.1.0
 */
export const withoutTls = (
  { query }: UrlParts,
  ssl: SslParameters | null,
): E.Either<ImproperlyConfigured, void> => {
  const [name = ssl === null ? undefined : 'ssl'] = sslNames(query);
  return name === undefined
    ? E.right(undefined)
    : E.left(
        new ImproperlyConfigured(
          'url',
          `is a Unix domain socket, which has no TLS; ${name} has no meaning there`,
        ),
      );
};

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

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
// internal
// -------------------------------------------------------------------------------------

/** The names of the TLS parameters in the query. */
const sslNames = (query: Query): ReadonlyArray<string> =>
  Object.keys(query).filter((name) => name.startsWith('ssl_'));

/**
 * Whether the query has one that Celery refuses in a `redis://` URL, whatever the options
 * say; the others belong to the TLS that an option may have asked for.
 */
const needsRediss = (query: Query): boolean => sslNames(query).some((name) => CELERYS.has(name));
