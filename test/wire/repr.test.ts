import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DateTime } from '../../src/serialization/dateTime.js';
import { Decimal, Float, PlainDate, PlainTime, Uuid } from '../../src/serialization/values.js';
import { repr } from '../../src/wire/repr.js';

describe('repr', () => {
  it.each([
    [null, 'None'],
    [undefined, 'None'],
    [true, 'True'],
    [1, '1'],
    [-0, '-0.0'],
    [1.5, '1.5'],
    [1e16, '1e+16'],
    [1e-7, '1e-07'],
    [Number.NaN, 'nan'],
    [Number.NEGATIVE_INFINITY, '-inf'],
    [2n ** 64n, '18446744073709551616'],
    [new Float(1), '1.0'],
    ["it's", `"it's"`],
    [`it's "so"`, `'it\\'s "so"'`],
    ['a\n\t\\\x00\x7f\u00a0\u2028é💥\ud83d', "'a\\n\\t\\\\\\x00\\x7f\\xa0\\u2028é💥\\ud83d'"],
    [[1, ['a']], "[1, ['a']]"],
    [{ a: { b: null } }, "{'a': {'b': None}}"],
    [new Map([[1, 'x']]), "{1: 'x'}"],
    [Buffer.from("a'\xff\n", 'latin1'), `b"a'\\xff\\n"`],
    [new Decimal('1.10'), "Decimal('1.10')"],
    [new Uuid('0-1'), "UUID('0-1')"],
    [new PlainDate('2024-05-06'), 'datetime.date(2024, 5, 6)'],
    [new PlainTime('03:04:05.500000'), 'datetime.time(3, 4, 5, 500000)'],
    [new DateTime('2023-01-02T03:04:05'), 'datetime.datetime(2023, 1, 2, 3, 4, 5)'],
    [
      new DateTime('2023-01-02T03:04:00+00:00'),
      'datetime.datetime(2023, 1, 2, 3, 4, tzinfo=datetime.timezone.utc)',
    ],
    [
      new DateTime('2023-01-02T03:04:05.000006-03:30'),
      'datetime.datetime(2023, 1, 2, 3, 4, 5, 6, tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=73800)))',
    ],
    [() => 0, '<function <lambda>>'],
    [Symbol('s'), '<Symbol(s)>'],
    [new Set([1]), '<Set object>'],
    [new TypeError('no'), "TypeError('no')"],
    [Object.assign(() => 0, { x: 1 }), '<function <lambda>>'],
    [Object.defineProperty(() => 0, 'name', { value: Symbol('s') }), '<function <lambda>>'],
    [[[1, []]], '[[1, []]]'],
  ])('prints %o as Python does', (value, printed) => {
    expect(repr(value)).toBe(printed);
  });

  it('is total: neither depth nor a cycle overflows it', () => {
    const cycle: Array<unknown> = [];
    cycle.push(cycle);
    expect(repr(cycle)).toContain('...');
    fc.assert(fc.property(fc.anything(), (u) => typeof repr(u) === 'string'));
  });

  it('elides what is within itself, as Python does, and not what is there twice', () => {
    const cycle: Record<string, unknown> = { n: 1 };
    cycle.list = [cycle];
    expect(repr(cycle)).toBe("{'n': 1, 'list': [{...}]}");
    const twice = [1];
    expect(repr([twice, twice])).toBe('[[1], [1]]');
  });

  it('needs no longer for two cycles than for one', () => {
    const node: Record<string, unknown> = {};
    node.next = { prev: node, next: { prev: node } };
    node.prev = node;
    expect(repr(node)).toBe("{'next': {'prev': {...}, 'next': {'prev': {...}}}, 'prev': {...}}");
  });

  it('calls unprintable what throws when looked at, and prints what is around it', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const getter = {
      get secret(): never {
        throw new Error('no');
      },
    };
    const named = Object.assign(new Error('x'), { name: Symbol('s') });
    expect(repr([1, proxy, getter, named])).toBe(
      '[1, <unprintable object>, <unprintable object>, <unprintable object>]',
    );
  });
});
