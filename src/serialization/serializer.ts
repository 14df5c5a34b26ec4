/**
 * `Serializer`: a value to bytes and back, under a name and a content type.
 * Source: `kombu/serialization.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { EncodeError } from '../errors/errors.js';
import { reasonOf } from './reason.js';

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
 * The same, but that what it throws, and what it returns that is not what it should, is a
 * `Left`.
 *
 * @internal
 */
export const total = (serializer: Serializer): Serializer => ({
  name: serializer.name,
  contentType: serializer.contentType,
  contentEncoding: serializer.contentEncoding,
  isCompositional: serializer.isCompositional,
  encode: (value) => {
    const encoded = tried(() => serializer.encode(value));
    if (E.isLeft(encoded)) {
      const problem = encoded.left;
      return E.left(
        problem instanceof EncodeError ? problem : new EncodeError('$', wordsOf(problem)),
      );
    }
    const { right: made } = encoded;
    if (typeof made === 'string' || Buffer.isBuffer(made)) return E.right(made);
    return made instanceof Uint8Array
      ? E.right(Buffer.from(made))
      : E.left(
          new EncodeError('$', `the serializer ${serializer.name} made no text or bytes of it`),
        );
  },
  decode: (bytes) => E.mapLeft(wordsOf)(tried(() => serializer.decode(bytes))),
});

const tried = (run: () => unknown): E.Either<unknown, unknown> => {
  try {
    const result = run();
    return isEither(result) ? result : E.left('the serializer returned no Either');
  } catch (thrown) {
    return E.left(reasonOf(thrown));
  }
};

const isEither = (u: unknown): u is E.Either<unknown, unknown> =>
  typeof u === 'object' &&
  u !== null &&
  '_tag' in u &&
  ((u._tag === 'Right' && 'right' in u) || (u._tag === 'Left' && 'left' in u));

const wordsOf = (problem: unknown): string =>
  typeof problem === 'string' ? problem : reasonOf(problem);
