/**
 * The limit of a Redis string, checked before anything is sent: a value over it would
 * be refused by the server after every retry.
 * Source: `MAX_STR_VALUE_SIZE` in `celery/backends/redis.py`, there for text only.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { MAX_VALUE_SIZE } from '../config/options.js';
import { InvalidArgument, ValueTooLarge } from '../errors/errors.js';

/** No character takes more bytes in UTF-8. */
const WIDEST = 3;

/** The value as it can be sent. */
export const withinLimit = (
  key: string,
  value: string | Uint8Array,
): E.Either<ValueTooLarge | InvalidArgument, string | Buffer> => {
  const sent = sendable(value);
  if (sent === undefined) {
    return E.left(new InvalidArgument('value', 'must be a string or a Buffer'));
  }
  if (sent.length * WIDEST <= MAX_VALUE_SIZE) return E.right(sent);
  const bytes = Buffer.byteLength(sent);
  return bytes <= MAX_VALUE_SIZE
    ? E.right(sent)
    : E.left(new ValueTooLarge(key, bytes, MAX_VALUE_SIZE));
};

const sendable = (value: unknown): string | Buffer | undefined => {
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value;
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : undefined;
};
