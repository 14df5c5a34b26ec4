import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { DateTime } from '../../src/serialization/dateTime.js';
import { Decimal, Float, PlainDate } from '../../src/serialization/values.js';
import { yaml } from '../../src/yaml/yaml.js';
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
    ['2001-1-1 1:02:03', "'2001-1-1 1:02:03'\n"],
    ['2024-05-06 07:08:09 Z', "'2024-05-06 07:08:09 Z'\n"],
    ['2024-05-06 07:08:09 +5', "'2024-05-06 07:08:09 +5'\n"],
    ['2024-05-06 07:08:09.', "'2024-05-06 07:08:09.'\n"],
    ['0:1.5', "'0:1.5'\n"],
    ['190:20:30.15', "'190:20:30.15'\n"],
    ['0b_', "'0b_'\n"],
    [{ '1:30': '0x_f' }, "'1:30': '0x_f'\n"],
    ['07:30', '07:30\n'],
    [new DateTime('2024-05-06T12:38+0530'), '2024-05-06 12:38:00+05:30\n'],
    [new DateTime('0001-01-01T00:00:00+05:30'), '0001-01-01 00:00:00+05:30\n'],
    [Buffer.from('a'), '!!binary "YQ=="\n'],
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
    ['{<<: [{a: 1, b: 1}, {a: 2, c: 2}], c: 3}', { a: 1, b: 1, c: 3 }],
    ['{<<: {a: 1}, <<: {a: 2}}', { a: 2 }],
    ["{'<<': 1}", { '<<': 1 }],
    ['- &x [1]\n- *x', [[1], [1]]],
    ['[07:30, 08901, 00:00:00, 08, 1_0e1]', ['07:30', '08901', '00:00:00', '08', '1_0e1']],
    ['[1:30, -1:30, +12:30:45, 0:1.5, 190:20:30.15]', [90, -90, 45045, 1.5, 685230.15]],
    ['[0b1_01, -0x_F, 0_7, 0_, -0, 1_2.3_4, 1.e+2]', [5, -15, 7, 0, 0, 12.34, 100]],
    [
      '[._5, 1:60, 0b2, 0xg, -.5, .5., 2001-1-1]',
      ['._5', '1:60', '0b2', '0xg', '-.5', '.5.', '2001-1-1'],
    ],
    ['0x1_0000_0000_0000_0000', 2n ** 64n],
    ['2001-12-15 2:59:43.10', new DateTime('2001-12-15 02:59:43.10')],
    ['2001-1-1 1:02:03', new DateTime('2001-01-01 01:02:03')],
    ['2001-12-14t21:59:43. -5', new DateTime('2001-12-14 21:59:43-05:00')],
    ['2001-12-14  21:59:43 Z', new DateTime('2001-12-14 21:59:43Z')],
    ['2001-12-14 21:59:43 +5:30', new DateTime('2001-12-14 21:59:43+05:30')],
    ['{07:30: 1, 1:30: 2}', { '07:30': 1, 90: 2 }],
    ['{a: 1, a: 2}', { a: 2 }],
    ["null: 1\n'': 2\n~: 3", { null: 3, '': 2 }],
    ['{true: 1, No: 2, 1.0: 3, 1: 4, .inf: 5}', { true: 1, false: 2, '1.0': 3, 1: 4, Infinity: 5 }],
    ['2024-05-06: 1', { '2024-05-06': 1 }],
    ['? !!binary YQ==\n: 1', new Map([[Buffer.from('a'), 1]])],
    ['!!set {a, 1}', new Set(['a', 1])],
    ['%YAML 1.2\n---\n017', 15],
    ['', null],
  ])('reads %s as PyYAML writes it', (source, value) => {
    expect(read(source)).toEqual(E.right(value));
  });

  it.each([
    '!!python/object/apply:os.system ["ls"]',
    'a: [',
    '2023-13-01 00:00:00',
    '2023-13-01',
    '2023-02-29',
    '0x_',
    '9'.repeat(4301),
    `1${':1'.repeat(4000)}`,
    '--- 1\n--- 2',
    '*a',
    '%YAML 1.1',
    '&a [*a]',
    '{[1]: 2}',
    '{<<: 1}',
    '!!omap [a: 1]',
    `[&a0 [x], ${Array.from({ length: 9 }, (_, i) => `&a${i + 1} [${`*a${i}, `.repeat(10)}]`)}]`,
    '['.repeat(100_000),
  ])('refuses %s', (source) => {
    expect(read(source)).toHaveProperty('left');
  });

  it.each([
    [{ a: [() => 0] }, '$.a[0]'],
    [{ a: new Decimal('1') }, '$.a'],
    [new Map([[1, 2]]), '$'],
    [[undefined], '$[0]'],
    [{ a: new Date(253402300800000) }, '$.a'],
    [DateTime.utc(new Date(253402300800000)), '$'],
    [{ a: new Date(-62135596800001) }, '$.a'],
    [new Date(Number.NaN), '$'],
    [10n ** 4300n, '$'],
    [new DateTime('soon'), '$'],
    [new PlainDate('x: y'), '$'],
  ])('refuses to write %o, which PyYAML would not', (value, path) => {
    expect(yaml.encode(value)).toMatchObject({ left: { _tag: 'EncodeError', path } });
  });

  it.each([
    '[',
    '- ',
    '? ',
    '[[a, ',
    '{a: ',
    'a: ',
    '[? ',
    '{? {',
    '- - ',
    ': ',
    '[: ',
    '[\n',
    '!!seq [',
  ])('refuses %j again and again before the stack is used up', (opener) => {
    for (let i = 0; i < 5; i++) {
      expect(read(opener.repeat(20_000 + i))).toEqual(
        E.left(expect.stringContaining('nested more than 512 deep at line ')),
      );
    }
  });

  it('refuses indentation without end', () => {
    const source = Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:\n`).join('');
    expect(read(source)).toEqual(E.left(expect.stringContaining('nested more than 512 deep')));
  });

  it.each([(u: unknown) => [u], (u: unknown) => ({ a: u })])('reads all that it writes', (wrap) => {
    const deep = Array.from({ length: 501 }).reduce(wrap, 1);
    const source = yaml.encode(deep);
    if (E.isLeft(source)) throw source.left;
    expect(read(source.right as string)).toEqual(E.right(deep));
    expect(yaml.encode(wrap(deep))).toHaveProperty('left');
  });

  it('takes time in proportion to the length', { timeout: 10_000 }, () => {
    const keys = Array.from({ length: 40_000 }, (_, i) => `key${i}: ${i}`);
    expect(read(keys.join('\n'))).toMatchObject({ right: { key0: 0, key39999: 39_999 } });
    for (const piece of ['&a ', '":"', '!a ', '*a ', 'x: {\n']) {
      expect(read(piece.repeat(60_000))).toHaveProperty('left');
    }
    const chain = Array.from({ length: 20_000 }, (_, i) => `- &b${i + 1} {<<: *b${i}, k${i}: 1}`);
    expect(read(['- &b0 {}', ...chain].join('\n'))).toHaveProperty('left');
  });

  it('reads thousands of aliases, all the same object', () => {
    const value = read(`- &id001 {when: 2024-05-06, tags: [a, b]}\n${'- *id001\n'.repeat(20_000)}`);
    if (E.isLeft(value)) throw new Error(value.left);
    const items = value.right as ReadonlyArray<unknown>;
    expect(items).toHaveLength(20_001);
    expect(items[0]).toEqual({ when: new PlainDate('2024-05-06'), tags: ['a', 'b'] });
    expect(new Set(items).size).toBe(1);
  });

  it('counts a long text for what it is', () => {
    const source = `[&a "${'x'.repeat(100_000)}", ${'*a, '.repeat(2000)}]`;
    expect(read(source)).toEqual(E.left(expect.stringContaining('aliases')));
  });

  it('says where it is wrong', () => {
    expect(read('a: 1\nb: [&x &y 1]')).toEqual(
      E.left('not read as YAML: A node can have at most one anchor at line 2, column 8'),
    );
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
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
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
