/**
 * TLS parameters, from Celery's names to Node's: `ssl_cert_reqs` and its kin come from
 * the query of a `rediss://` URL or from the `ssl` option, and leave as the options of
 * `tls.connect`.
 *
 * Source: `celery/backends/redis.py` and redis-py's `SSLConnection`.
 *
 * @since 0.1.0
 */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { sequenceS } from 'fp-ts/lib/Apply.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as IOE from 'fp-ts/lib/IOEither.js';
import * as O from 'fp-ts/lib/Option.js';
import { ImproperlyConfigured } from '../errors/errors.js';

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
 * never left to a default.
 *
 * @category constructors
 * @since 0.1.0
 */
export const tlsOptions = (ssl: SslParameters): E.Either<ImproperlyConfigured, TlsOptions> =>
  pipe(
    E.fromNullable(certReqsMissing)(CERT_REQS.get(ssl.sslCertReqs ?? '')),
    E.map((certReqs) => ({
      certReqs,
      caCerts: ssl.sslCaCerts ?? null,
      certfile: ssl.sslCertfile ?? null,
      keyfile: ssl.sslKeyfile ?? null,
      password: ssl.sslPassword ?? null,
      checkHostname: certReqs !== 'none' && (ssl.sslCheckHostname ?? true),
    })),
  );

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
 * `optional` verifies as `required` does: to OpenSSL the two are one on a client.
 *
 * @category destructors
 * @since 0.1.0
 */
export const connectionOptions = (
  tls: TlsOptions,
): IOE.IOEither<ImproperlyConfigured, ConnectionOptions> =>
  pipe(
    sequenceS(IOE.ApplicativeSeq)({
      ca: pem('ssl_ca_certs', tls.caCerts),
      cert: pem('ssl_certfile', tls.certfile),
      key: pem('ssl_keyfile', tls.keyfile ?? tls.certfile),
    }),
    IOE.map(({ ca, cert, key }) => ({
      rejectUnauthorized: tls.certReqs !== 'none',
      ...(tls.checkHostname ? {} : { checkServerIdentity: () => undefined }),
      ...(ca === null ? {} : { ca }),
      ...(cert === null ? {} : { cert }),
      ...(key === null ? {} : { key }),
      ...(tls.password === null ? {} : { passphrase: tls.password }),
    })),
  );

const pem = (
  option: string,
  source: string | null,
): IOE.IOEither<ImproperlyConfigured, string | null> =>
  source === null || source.includes('-----BEGIN ')
    ? IOE.right(source)
    : IOE.tryCatch(
        () => readFileSync(source, 'utf8'),
        (reason) =>
          new ImproperlyConfigured(option, `cannot be read: ${E.toError(reason).message}`),
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
