/**
 * `Serializer`: a value to bytes and back, under a name and a content type.
 * Source: `kombu/serialization.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { EncodeError } from '../errors/errors.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Neither side should throw; where one of your own does, it counts as a `Left`. A `Left`
 * of `decode` says in words what is wrong; the caller knows the key and makes the
 * `DecodeError` of it.
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
  /**
   * Whether it writes a value within another just as it does alone, as JSON does; then much
   * of a meta need not be parsed. Not so where it is left out.
   */
  readonly isCompositional?: boolean | undefined;
  /** A `Left` has the path to what cannot be said. */
  readonly encode: (value: unknown) => E.Either<EncodeError, string | Buffer>;
  /** A `Left` says what is wrong. */
  readonly decode: (bytes: Buffer) => E.Either<string, unknown>;
}

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/**
 * The same, but that what it throws is a `Left`.
 *
 * @internal
 */
export const total = (serializer: Serializer): Serializer => ({
  name: serializer.name,
  contentType: serializer.contentType,
  contentEncoding: serializer.contentEncoding,
  isCompositional: serializer.isCompositional,
  encode: (value) =>
    tried(
      () => serializer.encode(value),
      (thrown) => new EncodeError('$', thrown),
    ),
  decode: (bytes) =>
    tried(
      () => serializer.decode(bytes),
      (thrown) => thrown,
    ),
});

const tried = <L, A>(
  run: () => E.Either<L, A>,
  onThrown: (message: string) => L,
): E.Either<L, A> => {
  const result = E.tryCatch(run, (thrown) => onThrown(E.toError(thrown).message));
  return E.flatten(result);
};
