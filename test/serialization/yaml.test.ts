import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { DateTime } from '../../src/serialization/dateTime.js';
import { Decimal, Float, PlainDate } from '../../src/serialization/values.js';
import { yaml } from '../../src/serialization/yaml.js';
import { text } from '../wire/arbitraries.js';

const read = (source: string) => yaml.decode(Buffer.from(source));

describe('yaml', () => {
  it.each([
    [{ b: 1, a: [1, [2]] }, 'a:\n- 1\n- - 2\nb: 1\n'],
    ['true', "'true'\n"],
    ['yes', "'yes'\n"],
    ['1:30', "'1:30'\n"],
    ['2024-05-06', "'2024-05-06'\n"],
    ['', "''\n"],
    [{ '<<': '=' }, "'<<': '='\n"],
    ['é\n💥', '"\\xE9\\n\\U0001F4A5"\n'],
    [1e22, '1.0e+22\n'],
    [new Float(1), '1.0\n'],
    [Number.NaN, '.nan\n'],
    [Number.NEGATIVE_INFINITY, '-.inf\n'],
    [2n ** 64n, '18446744073709551616\n'],
    [new Date(0), '1970-01-01 00:00:00+00:00\n'],
    [new PlainDate('2024-05-06'), '2024-05-06\n'],
    [null, 'null\n'],
  ])('writes %o as PyYAML reads it', (value, source) => {
    expect(yaml.encode(value)).toEqual(E.right(source));
  });

  it.each([
    ['a: 18446744073709551616', { a: 18446744073709551616n }],
    ['[1.0e+22, .inf, 1_000]', [1e22, Number.POSITIVE_INFINITY, 1000]],
    ['2023-01-02 03:04:05.000600', new DateTime('2023-01-02 03:04:05.000600')],
    ['2023-01-02', new PlainDate('2023-01-02')],
    ['[yes, Off, y, N]', [true, false, 'y', 'N']],
    ['[1e5, 1.5, .5, 0x1f, 017, -.inf, .NaN]', ['1e5', 1.5, 0.5, 31, 15, -Infinity, Number.NaN]],
    ['{<<: {a: 1}, b: 2}', { a: 1, b: 2 }],
    ['- &x [1]\n- *x', [[1], [1]]],
  ])('reads %s as PyYAML writes it', (source, value) => {
    expect(read(source)).toEqual(E.right(value));
  });

  it.each([
    '!!python/object/apply:os.system ["ls"]',
    'a: [',
    '2023-13-01 00:00:00',
    `a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [${'*a, '.repeat(20)}]\nc: &c [${'*b, '.repeat(20)}]\nd: [${'*c, '.repeat(20)}]`,
    '['.repeat(100_000),
  ])('refuses %s', (source) => {
    expect(read(source)).toHaveProperty('left');
  });

  it.each([
    [{ a: [() => 0] }, '$.a[0]'],
    [{ a: new Decimal('1') }, '$.a'],
    [new Map([[1, 2]]), '$'],
    ['\ud83d', '$'],
    [[undefined], '$[0]'],
  ])('refuses to write %o, which PyYAML would not', (value, path) => {
    expect(yaml.encode(value)).toMatchObject({ left: { _tag: 'EncodeError', path } });
  });

  it('gives a member called __proto__ no power', () => {
    const value = read('__proto__: {bad: 1}\na: 1');
    if (E.isLeft(value)) throw new Error(value.left);
    expect(Object.getPrototypeOf(value.right)).toBe(Object.prototype);
    expect((value.right as { bad?: unknown }).bad).toBeUndefined();
  });

  it('survives a round trip', () => {
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.integer(),
        fc.bigInt().filter((n) => !Number.isSafeInteger(Number(n))),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(text, tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(values, (value) => {
        const source = yaml.encode(value);
        if (E.isLeft(source)) throw source.left;
        expect(yaml.decode(Buffer.from(source.right as string))).toEqual(E.right(value));
      }),
      { numRuns: 500 },
    );
  });
});
