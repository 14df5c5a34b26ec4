import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { msgpack } from '../../src/msgpack/msgpack.js';
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

  const read = (bytes: string) => msgpack.decode(Buffer.from(bytes, 'hex'));

  it.each([
    ['ccff', 255],
    ['cdffff', 65_535],
    ['ceffffffff', 4_294_967_295],
    ['cf0000000000000001', 1],
    ['cfffffffffffffffff', 2n ** 64n - 1n],
    ['d080', -128],
    ['d18000', -32_768],
    ['d280000000', -2_147_483_648],
    ['d3ffffffffffffffff', -1],
    ['e0', -32],
    ['ca3fc00000', 1.5],
    ['c3', true],
    ['d90161', 'a'],
    ['da000161', 'a'],
    ['db0000000161', 'a'],
    ['c5000161', Buffer.from('a')],
    ['c60000000161', Buffer.from('a')],
    ['dc000101', [1]],
    ['dd0000000101', [1]],
    ['de0001a16101', { a: 1 }],
    ['df00000001a16101', { a: 1 }],
    ['82a16101a16102', { a: 2 }],
    ['810102', { 1: 2 }],
    ['d6ff00000001', new Date(1000)],
    ['c70cff0000000000000000000000ff', new Date(255_000)],
    ['a3efbbbf', '\ufeff'],
  ])('reads %s as Python writes it', (bytes, value) => {
    expect(read(bytes)).toEqual(E.right(value));
  });

  it.each([
    ['a1ff', 'UTF-8'],
    ['a3eda080', 'UTF-8'],
    [`d9c8${'ff'.repeat(200)}`, 'UTF-8'],
    ['81c001', 'key'],
    ['819001', 'key'],
    ['c1', 'c1'],
    ['0101', 'behind'],
    ['', 'ends'],
    ['d9', 'ends'],
    ['a261', 'ends'],
    ['ddffffffff', 'ends'],
    ['dfffffffff', 'ends'],
    ['91'.repeat(5000), 'nested'],
  ])('refuses %s', (bytes, reason) => {
    expect(read(bytes)).toEqual(E.left(expect.stringContaining(reason)));
  });

  it.each([10, 300, 100_000])('keeps a byte order mark before %d characters', (length) => {
    const marked = `\ufeff${'é'.repeat(length)}`;
    const bytes = msgpack.encode({ [marked]: marked });
    if (E.isLeft(bytes)) throw bytes.left;
    expect(msgpack.decode(bytes.right as Buffer)).toEqual(E.right({ [marked]: marked }));
  });

  it('reads the key __proto__ as any other, without power', () => {
    const value = read('81a95f5f70726f746f5f5f81a362616401');
    if (E.isLeft(value)) throw new Error(value.left);
    expect(Object.entries(value.right as object)).toEqual([['__proto__', { bad: 1 }]]);
    expect(Object.getPrototypeOf(value.right)).toBe(Object.prototype);
    expect((value.right as { bad?: unknown }).bad).toBeUndefined();
    expect(msgpack.encode(value.right)).toEqual(
      E.right(Buffer.from('81a95f5f70726f746f5f5f81a362616401', 'hex')),
    );
  });

  it('reads a dict with bytes for a key as a Map', () => {
    expect(read('82c4016101a16202')).toEqual(
      E.right(
        new Map<unknown, unknown>([
          [Buffer.from('a'), 1],
          ['b', 2],
        ]),
      ),
    );
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
  });
});
