import { describe, expect, it } from 'vitest';
import { saferepr, safereprOfTuple } from '../../src/wire/saferepr.js';

const shown = (u: unknown, length = 1024, levels = 3): string => saferepr(u, { length, levels });

describe('what monitors see of arguments', () => {
  it.each([
    ['a text before its last space', ['one two three'], 12, "['one two...']"],
    ['a text without spaces', ['abcdefghij'], 6, "['abcde...']"],
    ['by code points', ['🙂🙂🙂🙂🙂'], 4, "['🙂🙂🙂...']"],
    ['a list', [1, 2, 3, 4], 7, '[1, 2, , ...]'],
    ['what is nested, and its brackets stay whole', [[1, [2, 3]], 4], 7, '[[1, [2..., ...]]]'],
    ['but for what ends with the room', [[1]], 4, '[[1]]'],
    ['nothing of a container beyond', [1, [2]], 4, '[1, , ...]'],
    ['a number', [123456], 3, '[12...]'],
    ['bytes', [Buffer.from('abcdef')], 4, "[b'abc...']"],
    ['a key', { abcdef: 1, b: 2 }, 5, "{'abcd...', ...}"],
  ])('is cut: %s', (_, u, length, text) => {
    expect(shown(u, length)).toBe(text);
  });

  it('is elided below so many levels, of which 0 is all', () => {
    const deep = [[[[1]]], { a: { b: {} } }];
    expect(shown(deep)).toBe("[[[[...]]], {'a': {'b': {...}}}]");
    expect(shown(deep, 1024, 1)).toBe('[[...], {...}]');
    expect(shown(deep, 1024, 0)).toBe("[[[[1]]], {'a': {'b': {}}}]");
  });

  it('is a tuple at its top', () => {
    const limits = { length: 20, levels: 3 };
    expect(safereprOfTuple([], limits)).toBe('()');
    expect(safereprOfTuple([[1]], limits)).toBe('([1],)');
    expect(safereprOfTuple([1, 'x'.repeat(40)], limits)).toBe(`(1, '${'x'.repeat(16)}...')`);
  });

  it('is there whatever they are', () => {
    const cycle: Array<unknown> = [1];
    cycle.push(cycle, new Map([[{ a: 1 }, 2]]));
    const proxy = new Proxy([], {
      get: () => {
        throw new Error('no');
      },
    });
    expect(shown(cycle, 1024, 0)).toBe("[1, [...], {{'a': 1}: 2}]");
    expect(shown([proxy, undefined, Symbol('s')])).toBe(
      '[<unprintable object>, None, <Symbol(s)>]',
    );
  });
});
