/**
 * `Compression`: a codec for what is stored.
 * Source: `register` in `kombu/compression.py`.
 *
 * @since 0.1.0
 */

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Both sides may throw: what they throw becomes an `EncodeError` or a `DecodeError`.
 *
 * @example
 * import { deflateRawSync, inflateRawSync } from 'node:zlib'
 * import { type Compression, RedisBackend } from 'chordis'
 *
 * const raw: Compression = {
 *   name: 'raw',
 *   contentType: 'application/x-raw-deflate',
 *   compress: (body) => deflateRawSync(body),
 *   decompress: (body, limit) => inflateRawSync(body, { maxOutputLength: limit }),
 * }
 * const backend = new RedisBackend({
 *   url: 'memory://',
 *   compression: 'raw',
 *   compressions: [raw],
 * })
 *
 * @category model
 * @since 0.1.0
 */
export interface Compression {
  /** What the option `compression` calls it, such as `gzip`. */
  readonly name: string;
  /** What else it may be called. */
  readonly aliases?: ReadonlyArray<string> | undefined;
  /** What a stored value calls it, such as `application/x-gzip`. */
  readonly contentType: string;
  /** What is stored behind the marker. */
  readonly compress: (body: Buffer) => Buffer;
  /**
   * At most `limit` bytes: a few that are stored may stand for very many. What comes out
   * longer is refused all the same, but only once it has been made.
   */
  readonly decompress: (body: Buffer, limit: number) => Buffer;
}
