import { deepStrictEqual } from 'node:assert/strict';
import { inspect } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { msgpack } from '../../src/msgpack/msgpack.js';
import { json } from '../../src/serialization/json.js';
import type { Serializer } from '../../src/serialization/serializer.js';
import { decodeTaskMeta } from '../../src/wire/taskMeta.js';
import { yaml } from '../../src/yaml/yaml.js';

const date = '2024-05-06T07:08:09.123456+00:00';

const metaOf = (result: string, more = ''): string =>
  `{"status": "SUCCESS", "result": ${result}, "traceback": null, "children": [], ` +
  `"date_done": "${date}", ${more}"task_id": "a"}`;

const read = (text: string, serializer: Serializer = json) => {
  const meta = decodeTaskMeta(serializer)('key', Buffer.from(text), 'a');
  if (E.isLeft(meta)) throw meta.left;
  return meta.right;
};

const common = {
  taskId: 'a',
  status: 'SUCCESS',
  traceback: null,
  children: [],
  dateDone: date,
  rest: {},
};

const marked = (type: string, value: string): string =>
  `{"__type__": "${type}", "__value__": ${value}}`;

describe('the JSON of a meta', () => {
  it.each([
    ['an int of time.time_ns()', '1715000000123456789', '1715000000123456789'],
    ['NaN and infinities', '[NaN, Infinity, -Infinity]', [null, null, null]],
    ['a Decimal', marked('decimal', '"10.50"'), '10.50'],
    ['a datetime', marked('datetime', `"${date}"`), date],
    ['bytes', marked('base64', '"//4="'), '//4='],
    ['a plain value', '{"n": [1, "x", null]}', { n: [1, 'x', null] }],
  ])('is there for %s', (_, result, expected) => {
    for (const more of ['', '"name": "add", ']) {
      expect(JSON.parse(JSON.stringify(read(metaOf(result, more))))).toEqual({
        ...common,
        result: expected,
        ...(more !== '' && { name: 'add' }),
      });
    }
  });

  it('is there for the arguments of an exception', () => {
    const failed = `{"status": "FAILURE", "result": {"exc_type": "ValueError", "exc_message": [12345678901234567890], "exc_module": "builtins"}}`;
    expect(JSON.parse(JSON.stringify(read(failed)))).toMatchObject({
      result: { excType: 'ValueError', args: ['12345678901234567890'] },
    });
  });

  it('is there for what else the meta holds', () => {
    const odd = `{"status": "SUCCESS", "result": {"toJSON": 1, "n": 12345678901234567890}, "started": 12345678901234567890, "retries": 12345678901234567890}`;
    expect(JSON.parse(JSON.stringify(read(odd)))).toMatchObject({
      result: { toJSON: 1, n: '12345678901234567890' },
      rest: { started: '12345678901234567890', retries: '12345678901234567890' },
    });
    const failed =
      '{"status": "FAILURE", "result": {"exc_type": "E", "exc_message": 12345678901234567890}}';
    expect(JSON.stringify(read(failed))).toContain('"args":["12345678901234567890"]');
  });

  it('is there for a result nested as deep as can be read', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(JSON.stringify({ meta: read(metaOf(deep)) })).toContain('[...]');
  });

  it('is there with the other serializers', () => {
    expect(JSON.stringify(read('{status: SUCCESS, result: 12345678901234567890}', yaml))).toContain(
      '"result":"12345678901234567890"',
    );
    const packed = msgpack.encode({ status: 'SUCCESS', result: 2n ** 62n });
    if (E.isLeft(packed)) throw packed.left;
    const meta = decodeTaskMeta(msgpack)('key', Buffer.from(packed.right), 'a');
    expect(JSON.stringify(meta)).toContain('"result":"4611686018427387904"');
  });
});

describe('a meta that JSON could not show', () => {
  const exact = read(metaOf('12345678901234567890'));
  const long = read(metaOf(`"${'x'.repeat(5000)}"`));

  it('is a plain object in all else', () => {
    for (const meta of [exact, long]) {
      const plain = { ...meta };
      expect(meta).toStrictEqual(plain);
      deepStrictEqual(meta, plain);
      expect(inspect(meta)).toBe(inspect(plain));
      expect(structuredClone(meta)).toEqual(structuredClone(plain));
      expect('toJSON' in meta).toBe(true);
      expect('toJSON' in plain).toBe(false);
    }
  });

  it('is written as what it has, and not as it is shown, where it is a result itself', () => {
    for (const serializer of [json, yaml, msgpack]) {
      expect(serializer.encode({ long })).toEqual(serializer.encode({ long: { ...long } }));
    }
    expect(json.encode([exact])).toEqual(json.encode([{ ...exact }]));
  });

  it('is the exception', () => {
    expect('toJSON' in read(metaOf('{"n": 1}'))).toBe(false);
  });
});
