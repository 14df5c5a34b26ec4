import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { compressions } from '../../src/serialization/compressions.js';
import { recordedCompressions } from '../recordedCompressions.js';
import { vectors } from '../vectors.js';

const { toWrite } = compressions();

describe('compressions', () => {
  it.each([
    ['gzip', 'application/x-gzip'],
    ['zlib', 'application/x-gzip'],
    ['application/x-gzip', 'application/x-gzip'],
    ['brotli', 'application/x-brotli'],
    ['application/x-brotli', 'application/x-brotli'],
  ])('has the names of Kombu: %s', (method, contentType) => {
    expect(toWrite(method)).toMatchObject(E.right({ contentType }));
  });

  it.each([
    ['bzip2', 'application/x-bz2'],
    ['bzip', 'application/x-bz2'],
    ['lzma', 'application/x-lzma'],
    ['xz', 'application/x-lzma'],
    ['zstd', 'application/zstd'],
    ['zstandard', 'application/zstd'],
  ])('finds a codec that was given for %s', (method, contentType) => {
    expect(compressions(recordedCompressions).toWrite(method)).toMatchObject(
      E.right({ contentType }),
    );
  });

  it.each(['bzip2', 'application/x-bz2', 'xz', 'lzma'])(
    'says how %s can be had, which Node has not',
    (method) => {
      expect(toWrite(method)).toMatchObject(
        E.left({
          _tag: 'ImproperlyConfigured',
          option: 'compression',
          problem: `${method} is no codec of Node; give one in the option compressions`,
        }),
      );
    },
  );

  it('has zstd where this Node has it, and says which Node does', () => {
    const hasZstd = 'zstdCompressSync' in process.getBuiltinModule('node:zlib');
    expect(toWrite('zstd')).toMatchObject(
      hasZstd
        ? E.right({ contentType: 'application/zstd' })
        : E.left({ problem: expect.stringMatching(/^zstd needs Node 22\.15 .*, and this is v20/) }),
    );
  });

  it.each(vectors('meta').filter((c) => c.name === '5.7.0/compression/unknown-codec'))(
    'refuses the unknown as Celery does: $name',
    (c) => {
      const [first] = c.error.message.split('\n');
      for (const method of ['rot13', 'GZIP', 'Gzip', ' gzip', 'constructor', '__proto__']) {
        expect(toWrite(method, 'result_compression')).toMatchObject(
          E.left({
            _tag: 'ImproperlyConfigured',
            problem: expect.stringContaining(first.replace('rot13', method)),
          }),
        );
      }
    },
  );

  it('knows the recorded refusal', () => {
    expect(
      vectors('meta').filter((c) => c.name === '5.7.0/compression/unknown-codec'),
    ).toHaveLength(1);
  });
});
