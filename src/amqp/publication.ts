/**
 * What is published of a message: the properties that AMQP has, and the body as it is. The
 * envelope that Kombu needs on Redis, with its base64, is none of them.
 * Source: `prepare_message` in `kombu/transport/pyamqp.py`.
 *
 * @since 0.1.0
 */
import type { Options } from 'amqplib';
import * as E from 'fp-ts/lib/Either.js';
import { EncodeError } from '../errors/errors.js';
import { isA, refusing } from '../serialization/reason.js';
import { Uuid } from '../serialization/values.js';
import { destinationOf } from '../wire/kombuLayout.js';
import type { Message } from '../wire/message.js';
import { table } from './table.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Publication {
  readonly exchange: string;
  readonly routingKey: string;
  readonly body: Buffer;
  readonly options: Options.Publish;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** A broadcast needs nobody to hear it; anything else is to be in a queue. */
const BROADCASTS: ReadonlySet<string> = new Set(['celery.pidbox', 'celeryev']);

export const publication = (message: Message): E.Either<EncodeError, Publication> =>
  refusing(() => {
    const { exchange, routingKey } = destinationOf(message);
    try {
      return E.right({
        exchange: short(exchange, 'delivery_info.exchange'),
        routingKey: short(routingKey, 'delivery_info.routing_key'),
        body: message.body,
        options: optionsOf(message, !BROADCASTS.has(exchange)),
      });
    } catch (thrown) {
      if (isEncodeError(thrown)) return E.left(thrown);
      throw thrown;
    }
  });

const isEncodeError = isA(EncodeError);

const optionsOf = (message: Message, mandatory: boolean): Options.Publish => {
  const { properties, headers } = message;
  const text = (name: string): string | undefined => textOf(properties[name], name);
  const userId = text('user_id');
  return {
    mandatory,
    contentType: short(message.contentType, 'content_type'),
    contentEncoding: short(message.contentEncoding, 'content_encoding'),
    headers: table(headers, '$.headers'),
    deliveryMode: properties.delivery_mode === 1 ? 1 : 2,
    priority: priorityOf(properties.priority),
    ...defined({
      correlationId: text('correlation_id'),
      replyTo: text('reply_to'),
      expiration: expirationOf(text('expiration')),
      messageId: text('message_id'),
      type: text('type'),
      appId: text('app_id'),
    }),
    ...(userId !== undefined && { userId }),
    ...(typeof properties.timestamp === 'number' && { timestamp: properties.timestamp }),
  };
};

const defined = (texts: Readonly<Record<string, string | undefined>>): Options.Publish =>
  Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));

/** The most that AMQP has; a queue cuts it down to its own. */
const HIGHEST = 255;

/** What is no number is 0, as in Kombu's layout on Redis. */
const priorityOf = (u: unknown): number => {
  const priority = typeof u === 'string' && u.trim() !== '' ? Number(u) : u;
  return typeof priority === 'number' && !Number.isNaN(priority)
    ? Math.min(Math.max(Math.trunc(priority), 0), HIGHEST)
    : 0;
};

/** In milliseconds; RabbitMQ refuses more. Past it the worker alone looks at `expires`. */
const LATEST = 2 ** 32 - 1;

const expirationOf = (expiration: string | undefined): string | undefined =>
  Number(expiration) > LATEST ? undefined : expiration;

const textOf = (u: unknown, name: string): string | undefined => {
  if (u === null || u === undefined) return undefined;
  return short(u instanceof Uuid ? u.text : String(u), name);
};

/** Throws an `EncodeError`: it would cost the whole channel. */
const short = (text: string, name: string): string => {
  if (Buffer.byteLength(text) > 255) {
    throw new EncodeError(`$.properties.${name}`, 'longer than the 255 bytes that AMQP has for it');
  }
  return text;
};
