/**
 * The parts of a URL, as Kombu splits it. Not WHATWG's: there the host
 * would be punycoded, the path normalised, and a password with a `/` refused.
 *
 * Source: `kombu/utils/url.py`, `celery.app.backends.by_url`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { ImproperlyConfigured } from '../errors/errors.js';
import { unquote } from './uriComponent.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What is missing or empty is `null`; all but `query` is percent-decoded once, and
 * `query` as a form.
 *
 * @category model
 * @since 0.1.0
 */
export interface UrlParts {
  readonly scheme: string;
  readonly host: string | null;
  readonly port: number | null;
  readonly username: string | null;
  readonly password: string | null;
  /** Without the slash that separates it. */
  readonly path: string | null;
  readonly query: Readonly<Record<string, string>>;
}

// -------------------------------------------------------------------------------------
// refinements
// -------------------------------------------------------------------------------------

/**
 * @category refinements
 * @since 0.1.0
 */
export const isUrl = (text: string): boolean => text.includes('://');

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Splits a URL. Of `redis+socket://…`, `redis` names the backend and is dropped, as
 * `rediss` is. Tabs and the ends of lines are passed over wherever they stand behind the
 * scheme, as a URL that was read from a file has one at its end; and what follows a `;` in
 * the last part of the path, as the parameters of HTTP do.
 *
 * @category constructors
 * @since 0.1.0
 */
export const splitUrl = (url: string): E.Either<ImproperlyConfigured, UrlParts> => {
  const [scheme, written] = partition(withoutBackend(url), '://');
  const rest = written.replace(/[\t\r\n]/g, '');
  const [, authority = '', path = '', search = ''] = SECTIONS.exec(rest) ?? [];
  const [userinfo, hostinfo] = rpartition(authority, '@');
  const [username, password] = partition(userinfo, ':');
  const hostAndPort = HOST_AND_PORT.exec(hostinfo);
  return hostAndPort === null
    ? invalid('Invalid IPv6 URL')
    : pipe(
        readPort(hostAndPort[3] ?? '', rest),
        E.map((port) => ({
          scheme,
          host: part(lowerCase(hostAndPort[1] ?? hostAndPort[2] ?? '')),
          port,
          username: part(username),
          password: part(password),
          path: part(path.slice(1).replace(PARAMETERS, '')),
          query: readQuery(search),
        })),
      );
};

/** Authority, path, query; a fragment is dropped. */
const SECTIONS = /^([^/?#]*)([^?#]*)(?:\?([^#]*))?/;

/** Of the last part of a path; before its percent-decoding, so that `%3B` stays. */
const PARAMETERS = /;[^/]*$/;

/** `[IPv6]` or a host, and a port. */
const HOST_AND_PORT = /^(?:\[([^[\]]*)\]|([^:[\]]*))(?::(.*))?$/s;

const part = (text: string): string | null => unquote(text) || null;

/** A zone, as in `fe80::1%eth0`, keeps its case. */
const lowerCase = (host: string): string => host.replace(/^[^%]*/, (name) => name.toLowerCase());

const readPort = (text: string, rest: string): E.Either<ImproperlyConfigured, number | null> => {
  if (text === '') return E.right(null);
  if (!/^[0-9]+$/.test(text)) {
    return /[/?#].*@/s.test(rest)
      ? E.left(unescaped)
      : invalid(`Port could not be cast to integer value as '${text}'`);
  }
  return Number(text) > 65535 ? invalid('Port out of range 0-65535') : E.right(Number(text));
};

/** Blank values are dropped, and of a repeated one the last counts. */
const readQuery = (search: string): UrlParts['query'] =>
  Object.fromEntries([...new URLSearchParams(`?${search}`)].filter(([, value]) => value !== ''));

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/**
 * @category destructors
 * @since 0.1.0
 */
export const schemeOf = (url: string): string => partition(withoutBackend(url), '://')[0];

/**
 * Of `redis+socket://…`, `redis` names the backend, as `rediss` does.
 *
 * @category destructors
 * @since 0.1.0
 */
export const withoutBackend = (url: string): string => url.replace(/^rediss?\+/, '');

// -------------------------------------------------------------------------------------
// errors
// -------------------------------------------------------------------------------------

/**
 * An `@` where none belongs tells of a password cut short; it is not quoted then.
 *
 * @category errors
 * @since 0.1.0
 */
export const unescaped = new ImproperlyConfigured(
  'url',
  "a '/', '?' or '#' in a user name or password must be percent-encoded",
);

// -------------------------------------------------------------------------------------
// internal
// -------------------------------------------------------------------------------------

const invalid = (problem: string): E.Either<ImproperlyConfigured, never> =>
  E.left(new ImproperlyConfigured('url', problem));

const partition = (text: string, separator: string): readonly [string, string] => {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
};

const rpartition = (text: string, separator: string): readonly [string, string] => {
  const at = text.lastIndexOf(separator);
  return at < 0 ? ['', text] : [text.slice(0, at), text.slice(at + separator.length)];
};
