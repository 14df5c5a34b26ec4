import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { msgpack } from '../../src/serialization/msgpack.js';
import { Decimal, Float } from '../../src/serialization/values.js';
import { text } from '../wire/arbitraries.js';

const hex = (value: unknown) =>
  E.map((bytes: string | Buffer) => Buffer.from(bytes as Buffer).toString('hex'))(
    msgpack.encode(value),
  );

describe('msgpack', () => {
  it.each([
    [1, '01'],
    [new Float(1), 'cb3ff0000000000000'],
    [-0, 'cb8000000000000000'],
    [1.5, 'cb3ff8000000000000'],
    [5_000_000_000, 'cf000000012a05f200'],
    [2n ** 64n - 1n, 'cfffffffffffffffff'],
    [7n, '07'],
    [-(2n ** 63n), 'd38000000000000000'],
    ['a', 'a161'],
    [Buffer.from('a'), 'c40161'],
    [[1, [null]], '920191c0'],
    [{ a: true }, '81a161c3'],
    [
      new Map([
        ['b', 1],
        ['a', 2],
      ]),
      '82a16201a16102',
    ],
  ])('writes %o as Python does', (value, bytes) => {
    expect(hex(value)).toEqual(E.right(bytes));
  });

  it('writes the headers of long lists and dicts', () => {
    expect(hex(new Array(16).fill(0))).toEqual(E.right(`dc0010${'00'.repeat(16)}`));
    expect(hex(new Array(70_000).fill(0))).toMatchObject({
      right: expect.stringMatching(/^dd000111700000/),
    });
  });

  it.each([
    [2n ** 64n, '$'],
    [{ a: [new Date(0)] }, '$.a[0]'],
    [new Decimal('1'), '$'],
    [new Map([[1, 1]]), '$'],
    [['\ud83d'], '$[0]'],
  ])('refuses to write %o', (value, path) => {
    expect(msgpack.encode(value)).toMatchObject({ left: { _tag: 'EncodeError', path } });
  });

  it('survives a round trip', () => {
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.maxSafeInteger(),
        fc
          .bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })
          .filter((n) => !Number.isSafeInteger(Number(n))),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        fc.array(tie('value'), { maxLength: 20 }),
        fc.dictionary(text, tie('value'), { maxKeys: 20 }),
      ),
    })).value;
    fc.assert(
      fc.property(values, (value) => {
        const bytes = msgpack.encode(value);
        if (E.isLeft(bytes)) throw bytes.left;
        expect(msgpack.decode(bytes.right as Buffer)).toEqual(E.right(value));
      }),
      { numRuns: 500 },
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(msgpack.decode(Buffer.from(bytes))).toHaveProperty('_tag');
      }),
      { numRuns: 5000 },
    );
    expect(msgpack.decode(Buffer.alloc(1_000_000, 0x91))).toHaveProperty('left');
    expect(msgpack.decode(Buffer.from('81a95f5f70726f746f5f5f80', 'hex'))).toHaveProperty('left');
  });
});
