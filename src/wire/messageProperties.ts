/**
 * The properties of a message by their names on the wire.
 * Source: `_inplace_augment_message` and `Message` in `kombu/transport/virtual/base.py`.
 *
 * @since 0.1.0
 */
import * as t from 'io-ts';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What the broker and the receiver have to know. Kombu's consumer drops its connection at a
 * message without a `delivery_tag` or `delivery_info`.
 *
 * @category model
 * @since 0.1.0
 */
export interface MessageProperties extends Readonly<Record<string, unknown>> {
  /** Unique for each sending, such as a UUID. */
  readonly delivery_tag: string;
  /** Where it was sent. */
  readonly delivery_info: {
    /** Empty, where the routing key is the name of a queue. */
    readonly exchange: string;
    /** The queue, or what an exchange goes by. */
    readonly routing_key: string;
  };
  /** How the body is written into the envelope: `base64`, or as it is. */
  readonly body_encoding?: string | null;
  /** The id of the task. */
  readonly correlation_id?: unknown;
  /** The queue for replies. */
  readonly reply_to?: string | null;
  /** 2, where the broker is to keep it on disk, and 1. */
  readonly delivery_mode?: number | null;
  /** 0 is served first; what is no number counts as 0. */
  readonly priority?: unknown;
  /** Milliseconds until the broker may drop it, as a text. */
  readonly expiration?: string | null;
}

// -------------------------------------------------------------------------------------
// codecs
// -------------------------------------------------------------------------------------

const orNull = <A>(type: t.Type<A>) => t.union([type, t.null]);

/**
 * @internal
 */
export const MessageProperties = t.intersection([
  t.UnknownRecord,
  t.type({
    delivery_tag: t.string,
    delivery_info: t.type({ exchange: t.string, routing_key: t.string }),
  }),
  t.partial({
    body_encoding: orNull(t.string),
    correlation_id: t.unknown,
    reply_to: orNull(t.string),
    delivery_mode: orNull(t.number),
    priority: t.unknown,
    expiration: orNull(t.string),
  }),
]) as t.Type<MessageProperties, MessageProperties, unknown>;
