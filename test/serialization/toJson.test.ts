import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DateTime } from '../../src/serialization/dateTime.js';
import { toJson } from '../../src/serialization/toJson.js';
import { Decimal, Float, PlainDate, PlainTime, Uuid } from '../../src/serialization/values.js';
import { odd, oddest } from '../wire/oddValues.js';

const nested = (levels: number, around: (inner: unknown) => unknown): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = around(value);
  return value;
};

describe('toJson', () => {
  it.each([
    ['an int of time.time_ns()', 1_715_000_000_123_456_789n, '1715000000123456789'],
    ['a safe int', 7, 7],
    ['NaN', Number.NaN, null],
    ['an infinity', Number.NEGATIVE_INFINITY, null],
    ['a Float', new Float(1.5), 1.5],
    ['a Float without a number', new Float(Number.NaN), null],
    ['a Decimal', new Decimal('10.50'), '10.50'],
    [
      'a Uuid',
      new Uuid('d9b0a4c4-3b0e-4a51-9d5b-6f1d2f3c4e5a'),
      'd9b0a4c4-3b0e-4a51-9d5b-6f1d2f3c4e5a',
    ],
    ['a DateTime', new DateTime('2024-05-06T07:08:09.123456'), '2024-05-06T07:08:09.123456'],
    ['a date', new PlainDate('2024-05-06'), '2024-05-06'],
    ['a time', new PlainTime('07:08:09'), '07:08:09'],
    ['an invalid Date', new Date(Number.NaN), null],
    ['bytes', Buffer.from([0xff, 0xfe]), '//4='],
    [
      'a Map',
      new Map<unknown, unknown>([
        ['a', 1n],
        [2n, 3],
        [null, 4],
        [[1n], 5],
      ]),
      { a: '1', 2: 3, null: 4, '["1"]': 5 },
    ],
    ['a Set', new Set([1n, 2]), ['1', 2]],
    ['an error', new TypeError('no'), { name: 'TypeError', message: 'no' }],
    ['undefined', undefined, null],
    [
      'what is left out',
      { a: undefined, b: () => 0, c: Symbol('c'), d: [undefined] },
      { d: [null] },
    ],
    ['a toJSON of its own', { toJSON: () => ({ n: 2n }) }, { n: '2' }],
    ['a toJSON that throws', { a: { toJSON: () => fail() }, b: 1 }, { a: null, b: 1 }],
  ])('says %s', (_, value, expected) => {
    expect(toJson(value)).toEqual(expected);
    expect(JSON.parse(JSON.stringify(toJson([value])))).toEqual([expected]);
  });

  it('keeps a member called __proto__ as data', () => {
    const told = toJson(JSON.parse('{"__proto__": {"a": 1}}'));
    expect(JSON.stringify(told)).toBe('{"__proto__":{"a":1}}');
  });

  it('elides what is too deep or within itself', () => {
    const cycle: Array<unknown> = [1];
    cycle.push(cycle, { cycle });
    expect(toJson(cycle)).toEqual([1, '[...]', { cycle: '[...]' }]);
    for (const around of [(u: unknown) => [u], (u: unknown) => ({ u })]) {
      expect(JSON.stringify(toJson(nested(200_000, around)))).toMatch(/\.\.\./);
      expect(JSON.stringify(toJson(nested(400, around)))).not.toMatch(/\.\.\./);
    }
  });

  it.each(oddest)('is there for any value: %s', (_, value) => {
    expect(() => JSON.stringify(toJson({ value }))).not.toThrow();
  });

  it('is what JSON.stringify says, where that says all', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.stringify(toJson(value))).toBe(JSON.stringify(value));
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(odd, (value) => {
        expect(() => JSON.stringify(toJson(value))).not.toThrow();
      }),
    );
  });
});

const fail = (): never => {
  throw new Error('no');
};
