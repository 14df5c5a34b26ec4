/**
 * `Serializer`: a value to bytes and back, under a name and a content type.
 * Source: `kombu/serialization.py`.
 *
 * @since 0.1.0
 */
import type { Either } from 'fp-ts/lib/Either.js';
import type { EncodeError } from '../errors.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Neither side throws. A `Left` of `decode` says in words what is wrong; the caller
 * knows the key and makes the `DecodeError` of it.
 *
 * @category model
 * @since 0.1.0
 */
export interface Serializer {
  /** The name Celery configures it by, such as `json`. */
  readonly name: string;
  /** What messages are labelled with, such as `application/json`. */
  readonly contentType: string;
  /** `utf-8` for text, `binary` for bytes. */
  readonly contentEncoding: string;
  /** A `Left` has the path to what cannot be said. */
  readonly encode: (value: unknown) => Either<EncodeError, string | Buffer>;
  /** A `Left` says what is wrong. */
  readonly decode: (bytes: Buffer) => Either<string, unknown>;
}
