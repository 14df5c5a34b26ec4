import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { msgpack } from '../../src/msgpack/msgpack.js';
import { json } from '../../src/serialization/json.js';
import { yaml } from '../../src/yaml/yaml.js';

const plain = Buffer.from('{"status": "SUCCESS", "result": 5}');

/** `pickle.dumps(1, protocol)` of Python. */
const pickles = ['80024b012e', '80034b012e', '80044b012e', '80054b012e'];

describe('bytes that a serializer cannot read', () => {
  it.each(pickles)('are called pickled: %s', (hex) => {
    for (const serializer of [json, yaml, msgpack]) {
      expect(serializer.decode(Buffer.from(hex, 'hex'))).toMatchObject({
        left: expect.stringMatching(/^pickled, which is never read/),
      });
    }
  });

  it.each([
    ['gzip', gzipSync(plain)],
    ['zlib', deflateSync(plain)],
    ['zlib', deflateSync(plain, { level: 9 })],
    ['zstd', Buffer.from('28b52ffd200b', 'hex')],
    ['bzip2', Buffer.from('425a6839314159265359fe', 'hex')],
    ['xz', Buffer.from('fd377a585a000004', 'hex')],
  ])('are called compressed by %s: %#', (codec, bytes) => {
    for (const serializer of [json, yaml]) {
      expect(serializer.decode(bytes)).toMatchObject({
        left: `compressed by ${codec}, and not marked as Celery does`,
      });
    }
  });

  it('are called compressed where Celery has marked them so', () => {
    const marked = Buffer.concat([
      Buffer.from('\0celery-compressed\0application/x-brotli\0'),
      brotliCompressSync(plain),
    ]);
    for (const serializer of [json, yaml, msgpack]) {
      expect(serializer.decode(marked)).toMatchObject({
        left: 'compressed, which this serializer alone does not read',
      });
    }
  });

  it('are what the serializer says, if they are none of these', () => {
    expect(json.decode(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ left: 'not UTF-8' });
    expect(json.decode(Buffer.from('x'))).toMatchObject({
      left: 'a value expected at character 0',
    });
    expect(json.decode(Buffer.alloc(0))).toMatchObject({ left: expect.any(String) });
  });
});
