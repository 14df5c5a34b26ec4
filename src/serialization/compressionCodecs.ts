/**
 * The codecs of `node:zlib`, by Kombu's names.
 *
 * Bytes after the end of a stream are passed over, as Python's `zlib.decompress` does.
 *
 * Source: `kombu/compression.py`.
 *
 * @since 0.1.0
 */
import * as zlib from 'node:zlib';
import type { Compression } from './compression.js';

// -------------------------------------------------------------------------------------
// instances
// -------------------------------------------------------------------------------------

/** A zlib stream, `78 9c`, whatever the name says: Python reads no gzip file there. */
const gzip: Compression = {
  name: 'gzip',
  aliases: ['zlib'],
  contentType: 'application/x-gzip',
  compress: (body) => zlib.deflateSync(body),
  decompress: (body, limit) => zlib.inflateSync(body, { maxOutputLength: limit }),
};

/**
 * Of what is smaller than a gzip, but as fast: at its default of 11, as Python has it, a
 * megabyte would keep the event loop for a second or two.
 */
const QUALITY = 5;

const brotli: Compression = {
  name: 'brotli',
  contentType: 'application/x-brotli',
  compress: (body) =>
    zlib.brotliCompressSync(body, {
      params: {
        [zlib.constants.BROTLI_PARAM_QUALITY]: QUALITY,
        [zlib.constants.BROTLI_PARAM_SIZE_HINT]: body.length,
      },
    }),
  decompress: (body, limit) => zlib.brotliDecompressSync(body, { maxOutputLength: limit }),
};

/** What `node:zlib` has from Node 22.15 and 23.8 on; its types here are those of Node 20. */
interface Zstd {
  readonly zstdCompressSync: (body: Buffer) => Buffer;
  readonly zstdDecompressSync: (
    body: Buffer,
    options: { readonly maxOutputLength: number },
  ) => Buffer;
}

const hasZstd = (module: object): module is Zstd =>
  'zstdCompressSync' in module && 'zstdDecompressSync' in module;

const zstd = (module: Zstd): Compression => ({
  name: 'zstd',
  aliases: ['zstandard'],
  contentType: 'application/zstd',
  compress: (body) => module.zstdCompressSync(body),
  decompress: (body, limit) => module.zstdDecompressSync(body, { maxOutputLength: limit }),
});

/**
 * The codecs that this Node has.
 *
 * @category instances
 * @since 0.1.0
 */
export const builtIn: ReadonlyArray<Compression> = [
  gzip,
  brotli,
  ...(hasZstd(zlib) ? [zstd(zlib)] : []),
];
