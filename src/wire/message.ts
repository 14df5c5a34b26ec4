/**
 * `Message`: what Kombu puts on a Redis list, a JSON envelope around a body in base64.
 * Source: `Channel.prepare_message` in `kombu/transport/virtual/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { DecodeError, EncodeError } from '../errors/errors.js';
import { json } from '../serialization/json.js';
import { refusing } from '../serialization/reason.js';
import { MessageHeaders } from './messageHeaders.js';
import { MessageProperties } from './messageProperties.js';
import { totalType } from './totalType.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Headers and properties are by their wire names, in the order in which they are written.
 *
 * @category model
 * @since 0.1.0
 */
export interface Message {
  /** As its content type has it; compressed where a header says so. */
  readonly body: Buffer;
  /** Which serializer wrote the body. */
  readonly contentType: string;
  /** `utf-8` for text, `binary` for bytes. */
  readonly contentEncoding: string;
  /** What the receiver goes by. */
  readonly headers: MessageHeaders;
  /** What the broker goes by. */
  readonly properties: MessageProperties;
}

/**
 * A message as Kombu puts it into a list of Redis.
 *
 * @category model
 * @since 0.1.0
 */
export interface WireMessage {
  /** As a text, in base64 where the properties say so. */
  readonly body: string;
  /** `utf-8` for text, `binary` for bytes. */
  readonly 'content-encoding': string;
  /** Which serializer wrote the body. */
  readonly 'content-type': string;
  /** What the receiver goes by. */
  readonly headers: MessageHeaders;
  /** What the broker goes by. */
  readonly properties: MessageProperties;
}

// -------------------------------------------------------------------------------------
// codecs
// -------------------------------------------------------------------------------------

const Wire = t.type({
  body: t.string,
  'content-encoding': t.string,
  'content-type': t.string,
  headers: MessageHeaders,
  properties: MessageProperties,
});

const isUtf8 = (body: Buffer): boolean => Buffer.from(body.toString('utf8')).equals(body);

const isBase64 = ({ body_encoding }: MessageProperties): boolean => body_encoding === 'base64';

const fromWire = (wire: t.TypeOf<typeof Wire>): Message => ({
  body: Buffer.from(wire.body, isBase64(wire.properties) ? 'base64' : 'utf8'),
  contentType: wire['content-type'],
  contentEncoding: wire['content-encoding'],
  headers: wire.headers,
  properties: wire.properties,
});

const toWire = (message: Message): WireMessage => ({
  body: message.body.toString(isBase64(message.properties) ? 'base64' : 'utf8'),
  'content-encoding': message.contentEncoding,
  'content-type': message.contentType,
  headers: message.headers,
  properties: message.properties,
});

const isMessage = (u: unknown): u is Message =>
  t
    .type({
      body: t.unknown,
      contentType: t.string,
      contentEncoding: t.string,
      headers: MessageHeaders,
      properties: MessageProperties,
    })
    .is(u) && Buffer.isBuffer(u.body);

/**
 * From and to what Kombu puts into a list of Redis.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Message = totalType(
  new t.Type<Message, WireMessage, unknown>(
    'Message',
    isMessage,
    (u, context) => pipe(Wire.validate(u, context), E.map(fromWire)),
    toWire,
  ),
);

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * The text to push. The envelope is JSON whatever the body is. A message that Kombu could not
 * read is an `EncodeError`: its consumers would drop their connections.
 *
 * @example
 * import * as E from 'fp-ts/lib/Either.js'
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { decodeMessage, encodeMessage, type Message } from 'chordis/wire'
 *
 * // a task moves to another queue
 * export const moved = (bytes: Buffer) =>
 *   pipe(
 *     decodeMessage('slow', bytes),
 *     E.map(
 *       (message): Message => ({
 *         ...message,
 *         properties: {
 *           ...message.properties,
 *           delivery_info: { exchange: '', routing_key: 'fast' },
 *         },
 *       }),
 *     ),
 *     E.chainW(encodeMessage),
 *   )
 *
 * @category conversions
 * @since 0.1.0
 */
export const encodeMessage = (message: Message): E.Either<EncodeError, string | Buffer> =>
  refusing(() => {
    const problem = problemOf(message);
    return problem === undefined ? json.encode(toWire(message)) : E.left(problem);
  });

/** Why Kombu could not read it. */
const problemOf = ({ body, properties }: Message): EncodeError | undefined => {
  // most are right, and `decode` takes far longer to say so
  if (!MessageProperties.is(properties)) {
    const names = pipe(
      MessageProperties.decode(properties),
      E.match(memberOf, () => []),
    );
    return new EncodeError(
      ['$.properties', ...names].join('.'),
      'missing or of another type: Kombu reads no such message',
    );
  }
  const { body_encoding: encoding } = properties;
  if (encoding && encoding !== 'base64') {
    return new EncodeError('$.properties.body_encoding', 'Kombu knows base64 alone');
  }
  return isBase64(properties) || isUtf8(body)
    ? undefined
    : new EncodeError('$.body', 'not UTF-8: its body_encoding must be base64');
};

/**
 * The message of what lies in a list; `queue` is its name, for the error.
 *
 * @category conversions
 * @since 0.1.0
 */
export const decodeMessage = (queue: string, bytes: Buffer): E.Either<DecodeError, Message> =>
  pipe(
    json.decode(bytes),
    E.chain((value) =>
      pipe(
        Message.decode(value),
        E.mapLeft((errors) => `not a message: ${where(errors)} is missing or of another type`),
      ),
    ),
    E.mapLeft((problem) => new DecodeError(queue, bytes, problem)),
  );

/** The names that lead to what is wrong, without those of io-ts for the parts of a type. */
const memberOf = ([first]: t.Errors): ReadonlyArray<string> =>
  (first?.context ?? []).map(({ key }) => key).filter((key) => /^[a-z]/.test(key));

const where = (errors: t.Errors): string => memberOf(errors).join('.') || 'all';
