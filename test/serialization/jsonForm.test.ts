import { deepStrictEqual } from 'node:assert/strict';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { msgpack } from '../../src/msgpack/msgpack.js';
import { json } from '../../src/serialization/json.js';
import { yaml } from '../../src/yaml/yaml.js';

const big = 2n ** 63n;
const values = [[1, big], { n: big }, { a: [{ b: [big, 'x'] }], c: 1 }, [[big], { n: [] }]];

describe('what was read with a bigint in it', () => {
  for (const serializer of [json, yaml, msgpack]) {
    const again = (value: unknown): unknown => {
      const written = E.chainW((text: string | Buffer) => serializer.decode(Buffer.from(text)))(
        serializer.encode(value),
      );
      if (E.isLeft(written)) throw written.left;
      return written.right;
    };

    it.each(values)(`is shown by JSON.stringify, from ${serializer.name}: %#`, (value) => {
      const read = again(value);
      expect(JSON.stringify({ read })).toBe(
        JSON.stringify({ read: value }, (_, u) => (typeof u === 'bigint' ? String(u) : u)),
      );
    });

    it.each(values)(`is the same in all else, from ${serializer.name}: %#`, (value) => {
      const read = again(value);
      deepStrictEqual(read, value);
      expect(read).toStrictEqual(value);
      expect(again(read)).toStrictEqual(value);
      expect(serializer.encode(read)).toEqual(serializer.encode(value));
      expect(structuredClone(read)).toStrictEqual(value);
    });
  }

  it('is so with a Map, a set or bytes', () => {
    const packed = Buffer.from('82a16181c40178cf8000000000000000a162c401ff', 'hex');
    const read = E.toUnion(msgpack.decode(packed));
    expect(read).toEqual({ a: new Map([[Buffer.from('x'), big]]), b: Buffer.from([0xff]) });
    expect(JSON.stringify(read)).toBe('{"a":{"eA==":"9223372036854775808"},"b":"/w=="}');
    const set = E.toUnion(yaml.decode(Buffer.from('!!set {1, 9223372036854775808}')));
    expect(set).toEqual(new Set([1, big]));
    expect(JSON.stringify(set)).toBe('[1,"9223372036854775808"]');
  });

  it('keeps a member called toJSON, and is shown all the same', () => {
    const text =
      '[{"toJSON": 1, "n": 9223372036854775808}, {"n": 9223372036854775808, "toJSON": "x"}]';
    const read = json.decode(Buffer.from(text));
    expect(read).toEqual(
      E.right([
        { toJSON: 1, n: big },
        { n: big, toJSON: 'x' },
      ]),
    );
    expect(E.isRight(read) && JSON.stringify(read.right)).toBe(
      '[{"toJSON":1,"n":"9223372036854775808"},{"n":"9223372036854775808","toJSON":"x"}]',
    );
  });
});
