import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { DateTime } from '../../src/serialization/dateTime.js';
import { json } from '../../src/serialization/json.js';
import * as python from '../../src/serialization/python.js';
import { Decimal, Float, PlainDate, PlainTime, Uuid } from '../../src/serialization/values.js';
import { oddest } from '../wire/oddValues.js';

const id = 'd9b0a4c4-3b0e-4a51-9d5b-6f1d2f3c4e5a';
const at = '2024-05-06T07:08:09.123456+00:00';

type AnyType = t.Type<unknown, unknown, unknown>;

const types: ReadonlyArray<readonly [AnyType, unknown, ReadonlyArray<unknown>]> = [
  [python.DateTime as AnyType, new DateTime(at), [at]],
  [python.PlainDate as AnyType, new PlainDate('2024-05-06'), ['2024-05-06']],
  [python.PlainTime as AnyType, new PlainTime('07:08:09'), ['07:08:09']],
  [python.Decimal as AnyType, new Decimal('10.50'), ['10.50']],
  [python.Uuid as AnyType, new Uuid(id), [id, `{${id}}`, id.replaceAll('-', '')]],
  [python.Float as AnyType, new Float(1.5), [1.5]],
  [python.int as AnyType, 5n, [5]],
  [python.bytes as AnyType, Buffer.from([0xff, 0xfe]), [new Uint8Array([0xff, 0xfe])]],
];

const all = types.map(([type, ...more]) => [type.name, type, ...more] as const);

describe('the io-ts types of Python', () => {
  it.each(all)('take a value that is one, and what stands for it: %s', (_, type, value, others) => {
    expect(type.is(value)).toBe(true);
    expect(type.decode(value)).toEqual(E.right(value));
    expect(type.encode(value)).toBe(value);
    for (const other of others) {
      expect(type.is(other)).toBe(false);
      expect(type.decode(other)).toEqual(E.right(value));
    }
  });

  it.each(all)('take what a serializer makes of one: %s', (_, type, value) => {
    const read = E.chainW((text: string | Buffer) => json.decode(Buffer.from(text)))(
      json.encode(value),
    );
    expect(E.chainW(type.decode)(read)).toEqual(E.right(value));
  });

  it.each(all)('refuse all else, and show nothing of it: %s', (_, type) => {
    for (const value of [
      'secret',
      {},
      [],
      null,
      undefined,
      Number.NaN,
      true,
      ...oddest.map(([, u]) => u),
    ]) {
      const read = type.decode(value);
      if (E.isRight(read)) expect(type.is(read.right)).toBe(true);
      else expect(read.left.map(({ message }) => message)).toEqual([undefined]);
    }
    expect(type.decode('secret')).toMatchObject({ _tag: 'Left' });
  });

  it('refuse what would have lost digits', () => {
    expect(python.Decimal.decode(0.1)).toMatchObject({ _tag: 'Left' });
    expect(python.int.decode(2 ** 60)).toMatchObject({ _tag: 'Left' });
    expect(python.int.decode(1.5)).toMatchObject({ _tag: 'Left' });
  });

  it('are of the types that they check', () => {
    expectTypeOf<t.TypeOf<typeof python.DateTime>>().toEqualTypeOf<DateTime>();
    expectTypeOf<t.TypeOf<typeof python.int>>().toEqualTypeOf<bigint>();
    expectTypeOf<t.TypeOf<typeof python.bytes>>().toExtend<Uint8Array>();
  });
});
