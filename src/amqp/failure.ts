/**
 * What the broker refuses, and what is lost on the way, as errors of chordis.
 *
 * @since 0.1.0
 */
import {
  AuthenticationError,
  ConnectionError,
  InvalidArgument,
  isResultStoreError,
  ResponseError,
  type ResultStoreError,
} from '../errors/errors.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What was asked of the broker, and of what. */
export interface Asked {
  /** By AMQP's name, such as `queue.declare`. */
  readonly command: string;
  /** The queue or exchange. */
  readonly key: string;
}

// -------------------------------------------------------------------------------------
// refinements
// -------------------------------------------------------------------------------------

/** By AMQP's own numbers. */
export const NOT_FOUND = 404;
const ACCESS_REFUSED = 403;
const NOT_ALLOWED = 530;

/** The number by which a broker says why it refuses; undefined for what broke here or on the way. */
export const codeOf = (error: Error): number | undefined => {
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'number') return code;
  // of a connection that was not opened yet the client library has the text alone, or less
  const told = /^Handshake terminated by server: (\d+) /.exec(error.message);
  if (told !== null) return Number(told[1]);
  return error.message.includes('got <ConnectionClose') ? NOT_ALLOWED : undefined;
};

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/** Of a refusal. */
export const refusal = (error: Error, { command, key }: Asked): ResponseError => {
  const text = said(error);
  return new ResponseError(/^[A-Z_]+/.exec(text)?.[0] ?? 'ERROR', command, key, new Error(text));
};

/** Of what was asked over a link: refused there, or `lost` on the way. */
export const failureOf = (
  reason: unknown,
  asked: Asked,
  lost: () => ResultStoreError,
): ResultStoreError => {
  if (isResultStoreError(reason)) return reason;
  const error = errorOf(reason);
  return codeOf(error) === undefined ? lost() : refusal(error, asked);
};

/** Of a connection that could not be opened. */
export const openingFailure = (
  reason: unknown,
  address: string,
  vhost: string,
): ResultStoreError => {
  if (isResultStoreError(reason)) return reason;
  const error = errorOf(reason);
  const code = codeOf(error);
  if (code === ACCESS_REFUSED) {
    return new AuthenticationError(address, new Error(said(error)), false, 'RabbitMQ');
  }
  if (code === undefined) return new ConnectionError(address, false, error, 'RabbitMQ');
  const told =
    code === NOT_ALLOWED
      ? new Error('NOT_ALLOWED - there is no such virtual host, or no access to it')
      : error;
  return refusal(told, { command: 'connection.open', key: vhost });
};

/** In the words of the same error elsewhere. */
export const unroutable = (exchange: string, routingKey: string): InvalidArgument =>
  new InvalidArgument(
    'exchange',
    `'${exchange}' has no queue for the routing key '${routingKey}'.`,
  );

const errorOf = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error(String(reason));

/** What the broker said, without what the client library says around it. */
const said = ({ message }: Error): string => /with message "(.*)"/s.exec(message)?.[1] ?? message;
