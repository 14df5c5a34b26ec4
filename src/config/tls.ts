/**
 * TLS parameters, from Celery's names to Node's: `ssl_cert_reqs` and its kin come from
 * the query of a `rediss://` URL or from the `ssl` option, and leave as the options of
 * `tls.connect`.
 *
 * Source: `celery/backends/redis.py` and redis-py's `SSLConnection`.
 *
 * @since 0.1.0
 */
import type { ConnectionOptions, SecureVersion } from 'node:tls';
import { sequenceS } from 'fp-ts/lib/Apply.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as IOE from 'fp-ts/lib/IOEither.js';
import * as O from 'fp-ts/lib/Option.js';
import { ImproperlyConfigured } from '../errors/errors.js';
import { folderOfCertificates, pem } from './certificates.js';
import { tlsCiphers } from './tlsCiphers.js';
import { parseTlsVersion, TLS_VERSIONS } from './tlsVersion.js';
import { partialChain } from './verifyFlags.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Celery's `redis_backend_use_ssl` in camelCase. Certificates and keys are paths of PEM
 * files, or PEM text.
 *
 * @category model
 * @since 0.1.0
 */
export interface SslParameters {
  /** `CERT_REQUIRED`, `CERT_OPTIONAL` or `CERT_NONE`, or `required`, `optional` or `none`. */
  readonly sslCertReqs?: string | undefined;
  /** The authorities to trust; those that Node trusts where missing. */
  readonly sslCaCerts?: string | undefined;
  readonly sslCertfile?: string | undefined;
  /** The key of `sslCertfile`, where that file does not hold it. */
  readonly sslKeyfile?: string | undefined;
  /** The passphrase of the key. */
  readonly sslPassword?: string | undefined;
  /** Whether the certificate must be for the host dialled; default `true`. */
  readonly sslCheckHostname?: boolean | undefined;
  /** Further authorities, as PEM text. */
  readonly sslCaData?: string | undefined;
  /** A folder of further authorities, by the names that `openssl rehash` gives them. */
  readonly sslCaPath?: string | undefined;
  /** The oldest version spoken, as `TLSv1.2` or by Python's number, `771`. */
  readonly sslMinVersion?: string | number | undefined;
  /** A list of ciphers in OpenSSL's notation. */
  readonly sslCiphers?: string | undefined;
  /** Python's names, such as `VERIFY_X509_PARTIAL_CHAIN`, of which Node has a few. */
  readonly sslIncludeVerifyFlags?: ReadonlyArray<string> | undefined;
  readonly sslExcludeVerifyFlags?: ReadonlyArray<string> | undefined;
  /** Node can't validate by OCSP: `true` is refused. */
  readonly sslValidateOcsp?: boolean | undefined;
  /** The same of a stapled response. */
  readonly sslValidateOcspStapled?: boolean | undefined;
}

/**
 * How much of the server's certificate is checked. redis-py: `ssl_cert_reqs`.
 *
 * @category model
 * @since 0.1.0
 */
export type CertReqs = 'required' | 'optional' | 'none';

/**
 * Checked parameters; certificates and keys are paths or PEM text still.
 *
 * @category model
 * @since 0.1.0
 */
export interface TlsOptions {
  readonly certReqs: CertReqs;
  readonly caCerts: string | null;
  readonly certfile: string | null;
  readonly keyfile: string | null;
  readonly password: string | null;
  readonly checkHostname: boolean;
  readonly caData: string | null;
  readonly caPath: string | null;
  /** `null`: that of Node, TLSv1.2 unless it was started with another. */
  readonly minVersion: SecureVersion | null;
  /** `null`: those of Node. */
  readonly ciphers: string | null;
  /** Whether a trusted certificate that is no root may end the chain. */
  readonly partialChain: boolean;
}

/**
 * Each spelling that Celery accepts, exactly as it is cased here.
 *
 * @category model
 * @since 0.1.0
 */
export const CERT_REQS: ReadonlyMap<string, CertReqs> = new Map([
  ['CERT_REQUIRED', 'required'],
  ['CERT_OPTIONAL', 'optional'],
  ['CERT_NONE', 'none'],
  ['required', 'required'],
  ['optional', 'optional'],
  ['none', 'none'],
]);

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Fails where `sslCertReqs` is missing or misspelt: whether the server is verified is
 * never left to a default. Fails, too, for what Node can't do, since it was meant to make
 * the connection safer.
 *
 * @category constructors
 * @since 0.1.0
 */
export const tlsOptions = (ssl: SslParameters): E.Either<ImproperlyConfigured, TlsOptions> =>
  pipe(
    sequenceS(E.Applicative)({
      certReqs: E.fromNullable(certReqsMissing)(CERT_REQS.get(ssl.sslCertReqs ?? '')),
      minVersion: minVersion(ssl.sslMinVersion),
      ciphers: ssl.sslCiphers === undefined ? E.right(null) : tlsCiphers(ssl.sslCiphers),
      partialChain: partialChain(ssl.sslIncludeVerifyFlags ?? [], ssl.sslExcludeVerifyFlags ?? []),
      ocsp: noOcsp(ssl),
    }),
    E.map(({ ocsp: _, ...read }) => ({
      ...read,
      caCerts: ssl.sslCaCerts ?? null,
      certfile: ssl.sslCertfile ?? null,
      keyfile: ssl.sslKeyfile ?? null,
      password: ssl.sslPassword ?? null,
      checkHostname: read.certReqs !== 'none' && (ssl.sslCheckHostname ?? true),
      caData: ssl.sslCaData ?? null,
      caPath: ssl.sslCaPath ?? null,
    })),
  );

const minVersion = (
  given: string | number | undefined,
): E.Either<ImproperlyConfigured, SecureVersion | null> =>
  given === undefined
    ? E.right(null)
    : E.fromOption(
        () => new ImproperlyConfigured('ssl_min_version', `expected ${TLS_VERSIONS}, got ${given}`),
      )(parseTlsVersion(String(given)));

const noOcsp = (ssl: SslParameters): E.Either<ImproperlyConfigured, void> => {
  if (ssl.sslValidateOcsp) return E.left(cannotValidate('ssl_validate_ocsp'));
  if (ssl.sslValidateOcspStapled) return E.left(cannotValidate('ssl_validate_ocsp_stapled'));
  return E.right(undefined);
};

/**
 * Of any of redis-py's parameters about OCSP.
 *
 * @category errors
 * @since 0.1.0
 */
export const cannotValidate = (option: string): ImproperlyConfigured =>
  new ImproperlyConfigured(option, 'Node cannot validate certificates by OCSP');

const certReqsMissing = new ImproperlyConfigured(
  'ssl_cert_reqs',
  'A rediss:// URL must have parameter ssl_cert_reqs and this must be set to ' +
    'CERT_REQUIRED, CERT_OPTIONAL, or CERT_NONE',
);

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/**
 * What `tls.connect` takes. Reads the PEM files anew each time, so that a certificate
 * renewed on disk is used from the next connection on.
 *
 * `optional` verifies as `required` does: to OpenSSL the two are one on a client. Where
 * authorities are named, only those are trusted.
 *
 * @category destructors
 * @since 0.1.0
 */
export const connectionOptions = (
  tls: TlsOptions,
): IOE.IOEither<ImproperlyConfigured, ConnectionOptions> =>
  pipe(
    sequenceS(IOE.ApplicativeSeq)({
      caCerts: pem('ssl_ca_certs', tls.caCerts),
      caPath: folderOfCertificates('ssl_ca_path', tls.caPath),
      cert: pem('ssl_certfile', tls.certfile),
      key: pem('ssl_keyfile', tls.keyfile ?? tls.certfile),
    }),
    IOE.map(({ caCerts, caPath, cert, key }) => {
      const ca = [caCerts, tls.caData, ...caPath].filter((each) => each !== null);
      return {
        rejectUnauthorized: tls.certReqs !== 'none',
        ...(tls.checkHostname ? {} : { checkServerIdentity: () => undefined }),
        ...(ca.length === 0 ? {} : { ca }),
        ...(cert === null ? {} : { cert }),
        ...(key === null ? {} : { key }),
        ...(tls.password === null ? {} : { passphrase: tls.password }),
        ...(tls.minVersion === null ? {} : { minVersion: tls.minVersion }),
        ...(tls.ciphers === null ? {} : { ciphers: tls.ciphers }),
        ...(tls.partialChain ? { allowPartialTrustChain: true } : {}),
      };
    }),
  );

/**
 * What to log before connecting so, if anything: that the server is not verified.
 *
 * @category destructors
 * @since 0.1.0
 */
export const tlsWarning = (tls: TlsOptions): O.Option<string> =>
  tls.certReqs === 'none'
    ? O.some(
        'ssl_cert_reqs=CERT_NONE: the identity of the Redis server is not verified, ' +
          'which leaves the connection open to man in the middle attacks',
      )
    : O.none;
