import { inflateSync } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import type { Compression } from '../src/serialization/compression.js';
import { isMarked, unmark } from '../src/serialization/compressionMarker.js';
import { compressions } from '../src/serialization/compressions.js';
import { wireBytes } from './pythonValue.js';
import { vectors } from './vectors.js';

/** Every recorded body of a codec, and what Python read it as. */
const recorded = (contentType: string, names: ReadonlyArray<string>) =>
  [...vectors('meta'), ...vectors('groups')]
    .filter(({ decompressed }) => [contentType, ...names].includes(decompressed?.content_type))
    .map(({ value, raw, decompressed }) => ({
      body: unmark(wireBytes(value ?? raw)).body,
      payload: wireBytes(decompressed.payload),
    }));

/** A group that is recorded twice, of which the payload is told for the one in gzip only. */
const sameGroup = () => {
  const rawOf = (name: string) => {
    const found = vectors('groups').find((c) => c.name === `5.7.0/restore/${name}`);
    return unmark(wireBytes(found?.raw)).body;
  };
  return { body: rawOf('compressed-bzip2'), payload: inflateSync(rawOf('compressed')) };
};

const MADE_UP = Buffer.from('made up: ');

/**
 * A codec that some Node lacks, as far as it is recorded: it gives the recorded bytes
 * for the recorded payloads, and the other way round. Others it makes up.
 */
const fromRecords = (
  contentType: string,
  names: readonly [string, ...ReadonlyArray<string>],
  more: ReturnType<typeof recorded> = [],
): Compression => {
  const pairs = [...recorded(contentType, names), ...more];
  if (pairs.length === 0) throw new Error(`nothing is recorded of ${contentType}`);
  const [name, ...aliases] = names;
  return {
    ...{ name, aliases, contentType },
    compress: (plain) =>
      pairs.find(({ payload }) => payload.equals(plain))?.body ?? Buffer.concat([MADE_UP, plain]),
    decompress: (compressed) => {
      const pair = pairs.find(({ body }) => body.equals(compressed));
      if (pair !== undefined) return pair.payload;
      if (compressed.indexOf(MADE_UP) === 0) return compressed.subarray(MADE_UP.length);
      throw new Error('not recorded');
    },
  };
};

export const recordedCompressions: ReadonlyArray<Compression> = [
  fromRecords('application/x-bz2', ['bzip2', 'bzip'], [sameGroup()]),
  fromRecords('application/x-lzma', ['lzma', 'xz']),
  fromRecords('application/zstd', ['zstd', 'zstandard']),
];

const { toRead } = compressions(recordedCompressions);

/** What is stored, with the codec in front where it is compressed: a codec's own bytes differ by its version. */
export const shown = (stored: Buffer): string => {
  if (!isMarked(stored)) return stored.toString('latin1');
  const { method, body } = unmark(stored);
  const codec = toRead(method);
  if (E.isLeft(codec)) throw new Error(codec.left);
  const payload = codec.right.decompress(body, 1e6).toString('latin1');
  // PyYAML folds a line at 80 columns, which says the same as one that is not folded
  return `${method}: ${payload.replaceAll(/\n {4}/g, ' ')}`;
};

/** The same of a recorded value. */
export const shownRecord = (value: unknown): string => shown(wireBytes(value));
