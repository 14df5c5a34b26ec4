import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { msgpack } from '../../src/msgpack/msgpack.js';
import { compressed } from '../../src/serialization/compressed.js';
import type { Compression } from '../../src/serialization/compression.js';
import { isMarked, mark, unmark } from '../../src/serialization/compressionMarker.js';
import { compressions } from '../../src/serialization/compressions.js';
import { json } from '../../src/serialization/json.js';
import type { Serializer } from '../../src/serialization/serializer.js';
import { decodeTaskMeta } from '../../src/wire/taskMeta.js';
import { yaml } from '../../src/yaml/yaml.js';
import { pythonValue, wireBytes } from '../pythonValue.js';
import { recordedCompressions, shown } from '../recordedCompressions.js';
import { rightOf } from '../settled.js';
import { type Case, vectors } from '../vectors.js';

const LIMIT = 536_870_912;

const known = compressions(recordedCompressions);

const reading = (serializer: Serializer, { own = recordedCompressions, limit = LIMIT } = {}) =>
  compressed(serializer, { compression: null, compressions: compressions(own), limit });

const writing = (method: string, serializer: Serializer = json): Serializer => {
  const compression = known.toWrite(method);
  if (E.isLeft(compression)) throw compression.left;
  return compressed(serializer, {
    compression: compression.right,
    compressions: known,
    limit: LIMIT,
  });
};

const serializers: Readonly<Record<string, Serializer>> = { json, yaml, msgpack };
const serializerOf = ({ config }: Case): Serializer => {
  const name = config?.result_serializer ?? 'json';
  const serializer = serializers[name];
  if (serializer === undefined) throw new Error(name);
  return serializer;
};

const metas = vectors('meta').filter((c) => c.celery === '5.7.0');
const all = [...metas, ...vectors('groups').filter((c) => c.celery === '5.7.0')];

describe('what Celery has compressed', () => {
  const written = all.filter((c) => c.decompressed !== undefined && c.value !== undefined);

  it('is recorded of every codec and every serializer', () => {
    const types = new Set(written.map(({ decompressed }) => decompressed.content_type));
    expect([...types].sort()).toEqual([
      'application/x-brotli',
      'application/x-bz2',
      'application/x-gzip',
      'application/x-lzma',
      'application/zstd',
    ]);
    const used = new Set(written.map(({ config }) => config.result_serializer));
    expect(used).toEqual(new Set([undefined, 'yaml', 'msgpack']));
    expect(written.length).toBeGreaterThan(12);
  });

  it.each(written)('is read as it would be uncompressed: $name', (c) => {
    const serializer = serializerOf(c);
    const plain = serializer.decode(wireBytes(c.decompressed.payload));
    expect(plain).toMatchObject({ _tag: 'Right' });
    expect(reading(serializer).decode(wireBytes(c.value))).toEqual(plain);
  });

  it.each(written)('is what is written: the same codec, and in it the same bytes: $name', (c) => {
    const serializer = serializerOf(c);
    // of a float nothing may be lost on the way
    const value = rightOf(serializer.decode(wireBytes(c.decompressed.payload)));
    const bytes = rightOf(writing(c.config.result_compression, serializer).encode(value));
    expect(shown(bytes as Buffer)).toBe(shown(wireBytes(c.value)));
  });

  const reads = metas.filter((c) => c.name.includes('/read/compressed'));

  it('is recorded as read, whole and broken', () => {
    expect(reads.filter((c) => c.read.error).length).toBeGreaterThan(9);
    expect(reads.filter((c) => !c.read.error).length).toBeGreaterThan(4);
  });

  it.each(reads)('is read, or is a DecodeError where Celery raises: $name', (c) => {
    const meta = decodeTaskMeta(reading(serializerOf(c)))('key', wireBytes(c.raw), c.task_id);
    if (c.read.error) expect(meta).toMatchObject({ left: { _tag: 'DecodeError', key: 'key' } });
    else {
      expect(meta).toMatchObject({
        right: { status: c.read.state, result: pythonValue(c.read.result, true) },
      });
    }
  });
});

describe('a compressed value', () => {
  it.each(['gzip', 'zlib', 'brotli', 'application/x-gzip', 'application/x-brotli'])(
    'is read back, written by %s',
    (method) => {
      fc.assert(
        fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
          const bytes = writing(method).encode(value);
          expect(isMarked(rightOf(bytes) as Buffer)).toBe(true);
          expect(reading(json).decode(rightOf(bytes) as Buffer)).toEqual(
            json.decode(Buffer.from(rightOf(json.encode(value)))),
          );
        }),
      );
    },
  );

  it('is a zlib stream where it is called gzip, which is all that Python reads there', () => {
    const { method, body } = unmark(rightOf(writing('gzip').encode(1)) as Buffer);
    expect([method, body.subarray(0, 2).toString('hex')]).toEqual(['application/x-gzip', '789c']);
    expect(reading(json).decode(mark('application/x-gzip', gzipSync('1')))).toEqual(
      E.left('cannot be decompressed by gzip: incorrect header check'),
    );
  });

  it('may have bytes after its end', () => {
    const trailed = Buffer.concat([deflateSync('1'), Buffer.from('more')]);
    expect(reading(json).decode(mark('gzip', trailed))).toEqual(E.right(1));
  });

  it('is refused where it is cut, or was changed on its way', () => {
    const body = deflateSync('[1, 2, 3]');
    const changed = Buffer.from(body);
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    for (const broken of [body.subarray(0, -1), changed, Buffer.alloc(0), Buffer.from('junk')]) {
      expect(reading(json).decode(mark('gzip', broken))).toMatchObject(
        E.left(expect.stringMatching(/^cannot be decompressed by gzip: /)),
      );
    }
  });

  it('is decompressed once', () => {
    const twice = mark('gzip', deflateSync(mark('gzip', deflateSync('1'))));
    expect(reading(json).decode(twice)).toMatchObject({ _tag: 'Left' });
  });

  it('may have as many bytes as the limit, and not one more', () => {
    const text = JSON.stringify('x'.repeat(98));
    const bombs: ReadonlyArray<readonly [string, Buffer]> = [
      ['gzip', deflateSync(text)],
      ['brotli', brotliCompressSync(text)],
      ['bzip2', Buffer.from(`made up: ${text}`)],
    ];
    for (const [method, body] of bombs) {
      expect(reading(json, { limit: 100 }).decode(mark(method, body))).toMatchObject({
        _tag: 'Right',
      });
      expect(reading(json, { limit: 99 }).decode(mark(method, body))).toEqual(
        E.left('over 99 bytes once decompressed'),
      );
    }
  });

  it('is refused for its size before it has taken the memory for it', () => {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 1 };
    const zeros = Buffer.alloc(64 * 1024 * 1024);
    const bombs = [
      mark('gzip', deflateSync(zeros)),
      mark('brotli', brotliCompressSync(zeros, { params })),
    ];
    const before = process.memoryUsage().arrayBuffers;
    for (const bomb of bombs) {
      expect(bomb.length).toBeLessThan(100_000);
      expect(reading(json, { limit: 1_000_000 }).decode(bomb)).toMatchObject({ _tag: 'Left' });
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8_000_000);
  });

  it.each([
    ['application/x-bz2', 'bzip2 (application/x-bz2), which is no codec of Node'],
    ['xz', 'lzma (xz), which is no codec of Node'],
    ['application/x-rot13', 'application/x-rot13, which is unknown here'],
    ['GZIP', 'GZIP, which is unknown here'],
    ['constructor', 'constructor, which is unknown here'],
    ['', 'a codec without a name, which is unknown here'],
    ['"secret": 1', 'a codec without a proper name, which is unknown here'],
    ['x'.repeat(100_000), 'a codec without a proper name, which is unknown here'],
  ])('tells at once which codec is missing: %.20s', (method, problem) => {
    const left = reading(json, { own: [] }).decode(mark(method, Buffer.from('?')));
    expect(left).toMatchObject(E.left(expect.stringContaining(`compressed by ${problem}`)));
  });

  it('needs a marker to its last byte', () => {
    const bytes = rightOf(writing('gzip').encode(1)) as Buffer;
    for (const part of [bytes.subarray(1), bytes.subarray(0, 18), Buffer.from([0])]) {
      expect(isMarked(part)).toBe(false);
      expect(reading(json).decode(part)).toEqual(json.decode(part));
    }
    expect(isMarked(bytes.subarray(0, 19))).toBe(true);
  });

  it('does not let any bytes behind the marker throw', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('gzip', 'brotli', 'bzip2', 'x'),
        fc.uint8Array(),
        (method, body) => {
          expect(reading(json).decode(mark(method, Buffer.from(body)))).toHaveProperty('_tag');
        },
      ),
    );
  });
});

describe('a value that is not compressed', () => {
  it('is read by the serializer as ever, also as the result within a meta', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const bytes = Buffer.from(rightOf(json.encode(value)));
        expect(reading(json).decode(bytes)).toEqual(json.decode(bytes));
      }),
    );
    expect(reading(json)).toMatchObject({ name: 'json', isCompositional: true });
  });

  it('holds no compressed one: a result within a plain meta is not decompressed', () => {
    const meta = (result: string | Buffer) =>
      Buffer.concat([
        Buffer.from('{"status": "SUCCESS", "result": '),
        Buffer.from(result as string),
        Buffer.from(', "traceback": null, "children": [], "date_done": "'),
        Buffer.from('2024-05-06T07:08:09.123456+00:00", "task_id": "x"}'),
      ]);
    const decode = decodeTaskMeta(reading(json));
    expect(decode('key', meta('1'), 'x')).toMatchObject({ right: { result: 1 } });
    expect(decode('key', meta(mark('gzip', deflateSync('1'))), 'x')).toMatchObject({
      left: { _tag: 'DecodeError' },
    });
  });
});

describe('a codec of one’s own', () => {
  const reverse: Compression = {
    name: 'reverse',
    aliases: ['backwards'],
    contentType: 'x/reverse',
    compress: (body) => Buffer.from(body).reverse(),
    decompress: (body) => Buffer.from(body).reverse(),
  };
  const with_ = (codec: Compression, limit = LIMIT) =>
    compressed(json, { compression: codec, compressions: compressions([codec]), limit });

  it('writes, and reads what is named by any of its names', () => {
    expect(with_(reverse).encode([1, 2])).toEqual(
      E.right(mark('x/reverse', Buffer.from(']2 ,1['))),
    );
    for (const method of ['x/reverse', 'reverse', 'backwards']) {
      expect(with_(reverse).decode(mark(method, Buffer.from(']2 ,1[')))).toEqual(E.right([1, 2]));
    }
  });

  it('stands for one of Kombu by its content type, and before one of Node', () => {
    const bz2 = { ...reverse, name: 'mine', aliases: [], contentType: 'application/x-bz2' };
    expect(with_(bz2).decode(mark('bzip', Buffer.from('1')))).toEqual(E.right(1));
    const gzip = { ...reverse, contentType: 'application/x-gzip' };
    expect(with_(gzip).decode(mark('zlib', Buffer.from(']1[')))).toEqual(E.right([1]));
  });

  it('may keep its state in an object', () => {
    class Counting implements Compression {
      readonly name = 'counting';
      readonly contentType = 'x/counting';
      calls = 0;
      compress(body: Buffer): Buffer {
        this.calls += 1;
        return body;
      }
      decompress(body: Buffer): Buffer {
        this.calls += 1;
        return body;
      }
    }
    const codec = new Counting();
    const serializer = with_(codec);
    expect(serializer.decode(rightOf(serializer.encode(1)) as Buffer)).toEqual(E.right(1));
    expect(codec.calls).toBe(2);
  });

  it('is held to what it promises', () => {
    const fails = (): never => {
      throw new Error('of no use');
    };
    expect(with_({ ...reverse, compress: fails }).encode(1)).toMatchObject(
      E.left({ _tag: 'EncodeError', problem: 'cannot be compressed by reverse: of no use' }),
    );
    const bytes = mark('reverse', Buffer.from('1'));
    expect(with_({ ...reverse, decompress: fails }).decode(bytes)).toEqual(
      E.left('cannot be decompressed by reverse: of no use'),
    );
    expect(with_(reverse, 9).decode(mark('reverse', Buffer.alloc(10)))).toEqual(
      E.left('over 9 bytes once decompressed'),
    );
    for (const wrong of [undefined, 'text', Promise.resolve(Buffer.from('1'))]) {
      const codec = { ...reverse, compress: () => wrong, decompress: () => wrong } as never;
      expect(with_(codec).encode(1)).toMatchObject({ left: { _tag: 'EncodeError' } });
      expect(with_(codec).decode(bytes)).toEqual(
        E.left('cannot be decompressed by reverse: the codec gave no bytes'),
      );
    }
    const asArray = { ...reverse, decompress: (body: Buffer) => new Uint8Array(body) as Buffer };
    expect(with_(asArray).decode(bytes)).toEqual(E.right(1));
  });
});
