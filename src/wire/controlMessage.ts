/**
 * The broadcast by which workers are told something, and asked to reply.
 * Source: `Mailbox._publish` in `kombu/pidbox.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { EncodeError } from '../errors/errors.js';
import { json } from '../serialization/json.js';
import { refusing } from '../serialization/reason.js';
import type { Message } from './message.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** @internal */
export interface ControlCall {
  /** Such as `revoke`. */
  readonly method: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The names of workers; null for all. */
  readonly destination?: ReadonlyArray<string> | null;
  /** Where replies go, if any are wanted, and what they have in common. */
  readonly reply?: { readonly routingKey: string; readonly ticket: string };
  /** Seconds since 1970 after which nobody need reply; 0 is never. */
  readonly expires?: number;
}

/** @internal */
export const replyExchange = 'reply.celery.pidbox';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** @internal */
export const controlMessage = (
  { method, arguments: args, destination = null, reply, expires = 0 }: ControlCall,
  deliveryTag: string,
): E.Either<EncodeError, Message> =>
  pipe(
    refusing(() =>
      json.encode({
        method,
        arguments: args,
        destination,
        pattern: null,
        matcher: null,
        ...(reply && {
          ticket: reply.ticket,
          reply_to: { exchange: replyExchange, routing_key: reply.routingKey },
        }),
      }),
    ),
    E.map((body) => ({
      body: typeof body === 'string' ? Buffer.from(body) : body,
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      headers: { clock: 1, expires },
      properties: {
        delivery_mode: 2,
        delivery_info: { exchange: 'celery.pidbox', routing_key: '' },
        priority: 0,
        body_encoding: 'base64',
        delivery_tag: deliveryTag,
      },
    })),
  );
