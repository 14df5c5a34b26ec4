/**
 * Where brokers are: `amqp://user:password@host:port/vhost`, several of them between
 * semicolons. Each part is percent-decoded once.
 * Source: `parse_url` in `kombu/utils/url.py`, `Connection` in `kombu/connection.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type SslParameters, type TlsOptions, tlsOptions } from '../config/tls.js';
import { splitUrl, type UrlParts } from '../config/urlParts.js';
import { overrideSsl } from '../config/urlTls.js';
import { ImproperlyConfigured } from '../errors/errors.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface AmqpAddress {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly vhost: string;
  /** Null where nothing is encrypted. */
  readonly tls: TlsOptions | null;
}

type Result<A> = E.Either<ImproperlyConfigured, A>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** In order: the first one is tried first. */
export const addresses = (
  urls: string,
  ssl: SslParameters | null,
): Result<ReadonlyArray<AmqpAddress>> =>
  typeof urls === 'string'
    ? pipe(
        urls.split(';'),
        E.traverseArray((url) => addressOf(url.trim(), ssl)),
      )
    : invalid('expected a text such as amqp://localhost');

/** Kombu’s name for the first is there too. */
const SCHEME = /^(?:amqp|amqps|pyamqp):\/\//;

const addressOf = (url: string, ssl: SslParameters | null): Result<AmqpAddress> =>
  SCHEME.test(url)
    ? pipe(
        splitUrl(url.replace(/^py/, '')),
        E.chain((parts) =>
          pipe(
            tlsOf(parts, ssl),
            E.map((tls) => ({ ...placeOf(parts, tls !== null), tls })),
          ),
        ),
      )
    : invalid('expected amqp:// or amqps://, or several of them with ; in between');

const placeOf = ({ host, port, username, password, path }: UrlParts, isSafe: boolean) => ({
  host: host ?? 'localhost',
  port: port ?? (isSafe ? 5671 : 5672),
  username: username ?? 'guest',
  password: password ?? (username === null ? 'guest' : ''),
  vhost: path ?? '/',
});

/** With the option alone a server is verified too: py-amqp’s default, not to, is not taken over. */
const tlsOf = (
  { scheme, query }: UrlParts,
  ssl: SslParameters | null,
): Result<TlsOptions | null> => {
  const names = Object.keys(query);
  const unknown = names.find((name) => !name.startsWith('ssl_'));
  if (unknown !== undefined)
    return invalid(`has the parameter ${unknown}, which is an option here`);
  if (scheme === 'amqp' && ssl === null) {
    return names.length > 0
      ? invalid('has parameters of TLS, and its scheme is amqp://; that of TLS is amqps://')
      : E.right(null);
  }
  return pipe(
    overrideSsl(query, { ...ssl, sslCertReqs: ssl?.sslCertReqs ?? 'required' }),
    E.chain(tlsOptions),
  );
};

const invalid = (problem: string): Result<never> =>
  E.left(new ImproperlyConfigured('url', problem));

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/** As an error may name it, without credentials. */
export const placeText = ({ host, port }: AmqpAddress): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;
