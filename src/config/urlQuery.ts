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
import { CLIENT_NAME, isClientName } from './clientName.js';
import type { LinkSettings } from './linkSettings.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export type Query = Readonly<Record<string, string>>;

export type Reader<A> = (name: string, text: string) => E.Either<ImproperlyConfigured, A>;

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
export const flag: Reader<boolean> = (_name, text) => E.right(!/^(0|f|false|n|no)$/i.test(text));

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

export const refusal = (name: string, problem: string): ImproperlyConfigured =>
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
  );
};
