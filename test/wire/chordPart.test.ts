import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { isTaskException, json, pythonException } from '../../src/index.js';
import { msgpack } from '../../src/msgpack/msgpack.js';
import { compressed } from '../../src/serialization/compressed.js';
import { compressions } from '../../src/serialization/compressions.js';
import { decodeChordPart, encodeChordPart } from '../../src/wire/chordPart.js';
import { asyncResultTuple } from '../../src/wire/index.js';

const encode = encodeChordPart(json);
const decode = decodeChordPart(json);

const failure = (bytes: string) => {
  const part = decode(Buffer.from(bytes));
  return E.isLeft(part) ? part.left.repr : part.right;
};

describe('a part of a chord', () => {
  it('is the list that Celery writes', () => {
    expect(encode({ taskId: 't', state: 'SUCCESS', result: { é: [1, null] } })).toEqual(
      E.right('[1, "t", "SUCCESS", {"\\u00e9": [1, null]}]'),
    );
    expect(encode({ taskId: 't', state: 'SUCCESS', result: undefined })).toEqual(
      E.right('[1, "t", "SUCCESS", null]'),
    );
  });

  it('has an exception in its wire form, and a reference as its tuple', () => {
    expect(encode({ taskId: 't', state: 'FAILURE', result: new RangeError('x') })).toEqual(
      E.right(
        '[1, "t", "FAILURE", {"exc_type": "ValueError", "exc_message": ["x"], "exc_module": "builtins"}]',
      ),
    );
    expect(encode({ taskId: 't', state: 'SUCCESS', result: asyncResultTuple('a') })).toEqual(
      E.right('[1, "t", "SUCCESS", [["a", null], null]]'),
    );
  });

  it('of a failure always has a form, of a value that has none it is a Left', () => {
    const odd = pythonException('ValueError', [() => 1, 2]);
    const text = encode({ taskId: 't', state: 'FAILURE', result: odd });
    expect(E.isRight(text) && text.right).toContain('"exc_message": ["<function');
    expect(E.isLeft(encode({ taskId: 't', state: 'SUCCESS', result: () => 1 }))).toBe(true);
  });

  it('is read back, compressed and by other serializers too', () => {
    const known = compressions([]);
    const gzip = known.toWrite('gzip');
    if (E.isLeft(gzip)) throw gzip.left;
    const options = { compression: gzip.right, compressions: known, limit: 1e6 };
    for (const serializer of [json, msgpack, compressed(json, options)]) {
      fc.assert(
        fc.property(fc.string(), fc.jsonValue(), (taskId, result) => {
          const bytes = encodeChordPart(serializer)({ taskId, state: 'SUCCESS', result });
          if (E.isLeft(bytes)) return;
          const part = decodeChordPart(serializer)(Buffer.from(bytes.right as string));
          expect(part).toMatchObject(E.right({ taskId, state: 'SUCCESS' }));
        }),
      );
    }
  });

  it('has an exception where its state has one, and null where there is none', () => {
    const part = decode(
      Buffer.from('[1, "t", "REVOKED", {"exc_type": "E", "exc_message": ["x"]}]'),
    );
    expect(E.isRight(part) && isTaskException(part.right.result)).toBe(true);
    expect(failure('[9, "t", "FAILURE", null]')).toEqual({
      ...{ taskId: 't', state: 'FAILURE', result: null },
    });
  });

  it('that is none is what Python meets in it', () => {
    expect(failure('not json')).toBe(
      "DecodeError(JSONDecodeError('Expecting value: line 1 column 1 (char 0)'))",
    );
    expect(failure('[1, "t", "SUCCESS"]')).toBe(
      "ValueError('not enough values to unpack (expected 4, got 3)')",
    );
    expect(failure('[1, 2, 3, 4, 5]')).toBe("ValueError('too many values to unpack (expected 4)')");
    expect(failure('7')).toBe("TypeError('cannot unpack non-iterable int object')");
    expect(failure('[1, "t", "FAILURE", "text"]')).toBe(
      "ValueError('dictionary update sequence element #0 has length 1; 2 is required')",
    );
    expect(failure('[1, "t", "FAILURE", 5]')).toContain('it must be a dictionary');
  });

  it('is read without a throw, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(['Left', 'Right']).toContain(decode(Buffer.from(bytes))._tag);
      }),
    );
  });
});
