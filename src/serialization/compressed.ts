/**
 * `compressed`: a serializer that reads what is compressed as well as what is not, and
 * compresses what it writes where it is asked to.
 *
 * Reading goes by the value alone, so that results stay readable when the option is
 * turned on or off, and beside workers that have it otherwise. It is decoded once: a value
 * that was compressed twice is no value of the serializer.
 *
 * Source: `compress_payload` and `decompress_payload` in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { EncodeError } from '../errors/errors.js';
import type { Compression } from './compression.js';
import { isMarked, mark, unmark } from './compressionMarker.js';
import type { Compressions } from './compressions.js';
import { type Serializer, total } from './serializer.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What to write and to read by. */
export interface CompressedOptions {
  /** What to write by; `null`: as it is. */
  readonly compression: Compression | null;
  /** What to read by. */
  readonly compressions: Compressions;
  /** The most bytes that a value may have once decompressed. */
  readonly limit: number;
}

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/**
 * `Left`s as those of the serializer: one of `decode` tells the codec that is missing, that
 * the body is broken, or that it would be over the limit.
 *
 * @category combinators
 * @since 0.1.0
 */
export const compressed = (
  serializer: Serializer,
  { compression, compressions, limit }: CompressedOptions,
): Serializer => {
  // a text that is longer than one can be throws
  const inner = total(serializer);
  return {
    name: serializer.name,
    contentType: serializer.contentType,
    contentEncoding: serializer.contentEncoding,
    isCompositional: serializer.isCompositional,
    encode:
      compression === null
        ? (value) => serializer.encode(value)
        : (value) => E.chain(write(compression))(serializer.encode(value)),
    decode: (bytes) =>
      isMarked(bytes)
        ? E.chain((plain: Buffer) => inner.decode(plain))(read(compressions, limit)(bytes))
        : serializer.decode(bytes),
  };
};

const write =
  (codec: Compression) =>
  (plain: string | Buffer): E.Either<EncodeError, Buffer> =>
    E.tryCatch(
      () => {
        const body = codec.compress(typeof plain === 'string' ? Buffer.from(plain) : plain);
        return mark(codec.contentType, bytesOf(body));
      },
      (thrown) => new EncodeError('$', `cannot be compressed by ${codec.name}: ${reason(thrown)}`),
    );

const read =
  (compressions: Compressions, limit: number) =>
  (bytes: Buffer): E.Either<string, Buffer> => {
    const { method, body } = unmark(bytes);
    return decompressed(compressions, limit)(method, body);
  };

/**
 * A body by the codec that is called `method`, unless that makes more than `limit` bytes of it.
 *
 * @internal
 */
export const decompressed =
  (compressions: Compressions, limit: number) =>
  (method: string, body: Buffer): E.Either<string, Buffer> => {
    const codec = compressions.toRead(method);
    if (E.isLeft(codec)) return codec;
    const tooLarge = `over ${limit} bytes once decompressed`;
    const plain = E.tryCatch(
      () => bytesOf(codec.right.decompress(body, limit)),
      (thrown) =>
        isTooLarge(thrown)
          ? tooLarge
          : `cannot be decompressed by ${codec.right.name}: ${reason(thrown)}`,
    );
    return E.isRight(plain) && plain.right.length > limit ? E.left(tooLarge) : plain;
  };

/** A codec of one's own may give any bytes, or something else altogether. */
const bytesOf = (u: unknown): Buffer => {
  if (Buffer.isBuffer(u)) return u;
  if (u instanceof Uint8Array) return Buffer.from(u.buffer, u.byteOffset, u.byteLength);
  throw new TypeError('the codec gave no bytes');
};

/** What `node:zlib` throws where its `maxOutputLength` is passed. */
const isTooLarge = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_BUFFER_TOO_LARGE';

const reason = (thrown: unknown): string => E.toError(thrown).message;
