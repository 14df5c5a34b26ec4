/**
 * The limit of a Redis string, checked before anything is sent: a value over it would
 * be refused by the server after every retry.
 * Source: `MAX_STR_VALUE_SIZE` in `celery/backends/redis.py`, there for text only.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { ValueTooLarge } from '../errors/errors.js';

/** In bytes. */
export const MAX_VALUE_SIZE = 536_870_912;

/** No character takes more bytes in UTF-8. */
const WIDEST = 3;

export const withinLimit = (
  key: string,
  value: string | Buffer,
): E.Either<ValueTooLarge, string | Buffer> => {
  if (value.length * WIDEST <= MAX_VALUE_SIZE) return E.right(value);
  const bytes = Buffer.byteLength(value);
  return bytes <= MAX_VALUE_SIZE
    ? E.right(value)
    : E.left(new ValueTooLarge(key, bytes, MAX_VALUE_SIZE));
};
