import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { json, jsonWith } from '../../src/serialization/json.js';
import { defaultMarkers } from '../../src/serialization/markers.js';
import { Decimal, Float, Uuid } from '../../src/serialization/values.js';
import { isFalsy } from '../../src/wire/isFalsy.js';
import { keys } from '../../src/wire/keys.js';
import { resultMeta } from '../../src/wire/resultMeta.js';
import { asyncResultTuple, fromWireTuple, groupResultTuple } from '../../src/wire/resultTuple.js';
import { decodeTaskMeta, encodeTaskMeta } from '../../src/wire/taskMeta.js';

describe('isFalsy', () => {
  it.each([
    null,
    undefined,
    false,
    0,
    -0,
    0n,
    '',
    [],
    {},
    new Map(),
    new Set(),
    Buffer.alloc(0),
    new Float(0),
    new Decimal('0.00'),
    Object.create(null),
  ])('is true of %o, as in Python', (u) => expect(isFalsy(u)).toBe(true));

  it.each([
    true,
    1,
    Number.NaN,
    '0',
    ' ',
    [0],
    { a: undefined },
    new Map([[1, 2]]),
    Buffer.of(0),
    new Float(0.1),
    new Decimal('1'),
    new Date(0),
    new Uuid('x'),
    () => 0,
  ])('is false of %o, as in Python', (u) => expect(isFalsy(u)).toBe(false));
});

const read = (text: string) => decodeTaskMeta(json)('key', Buffer.from(text), 'x');

describe('what is false in Python', () => {
  it.each(['{}', '""', 'false', '0', '0.0', '-0'])('is no children: %s', (children) => {
    const text = `{"status": "SUCCESS", "result": 5, "children": ${children}, "task_id": "x"}`;
    expect(read(text)).toMatchObject({ right: { result: 5, children: null } });
  });

  it.each(['{"a": 1}', '"ab"', 'true', '1'])('is not what these children are: %s', (children) => {
    const text = `{"status": "SUCCESS", "result": 5, "children": ${children}, "task_id": "x"}`;
    expect(read(text)).toMatchObject({ left: { _tag: 'DecodeError' } });
  });

  it('is written back as it was', () => {
    const text =
      '{"status": "SUCCESS", "result": 5, "traceback": null, "children": {}, "date_done": null, "task_id": "x"}';
    expect(E.chainW(encodeTaskMeta(json))(read(text))).toEqual(E.right(text));
  });

  it.each(['', {}, []])('is no members of a group, where it is a container: %j', (nodes) => {
    expect(fromWireTuple([['g', null], nodes])).toEqual(E.right(groupResultTuple('g', [])));
  });

  it.each([false, 0, true, 'ab', { a: 1 }])(
    'is none where Python cannot iterate, or finds no result: %j',
    (nodes) => {
      expect(fromWireTuple([['g', null], nodes])).toHaveProperty('left');
    },
  );

  it.each([false, 0, '', [], {}, null])('is no parent: %j', (parent) => {
    expect(fromWireTuple([['a', parent], null])).toEqual(E.right(asyncResultTuple('a')));
  });
});

describe('stamps', () => {
  const written = (stamps: object | null, stampedHeaders?: ReadonlyArray<string> | null) => {
    const request = {
      id: 'x',
      stamps: stamps as Record<string, unknown>,
      ...(stampedHeaders !== undefined && { stampedHeaders }),
    };
    const meta = resultMeta({
      taskId: 'x',
      result: 1,
      state: 'SUCCESS',
      request,
      extended: true,
      now: new Date(0),
    });
    return meta.rest;
  };

  it('add nothing where there are none', () => {
    for (const stamps of [{}, null]) expect(written(stamps, ['a'])).toEqual({});
  });

  it('are stored as far as they are declared, in their own order', () => {
    expect(written({ b: 1, a: 2, c: 3 }, ['a', 'b'])).toEqual({
      stamped_headers: ['a', 'b'],
      b: 1,
      a: 2,
    });
    expect(Object.keys(written({ b: 1, a: 2 }, ['a', 'b']))).toEqual(['stamped_headers', 'b', 'a']);
    expect(written({ a: 1 })).toEqual({ stamped_headers: null });
    expect(written({ a: 1 }, [])).toEqual({ stamped_headers: [] });
  });
});

describe('date_done', () => {
  const doneAt = (text: string) => {
    const meta = read(`{"status": "SUCCESS", "result": 1, "date_done": "${text}"}`);
    return E.isRight(meta) ? meta.right.dateDone?.toISOString() : undefined;
  };

  it.each([
    ['2024-05-06', '2024-05-06T00:00:00.000Z'],
    ['20240506', '2024-05-06T00:00:00.000Z'],
    ['2024-05', '2024-05-01T00:00:00.000Z'],
    ['2024', '2024-01-01T00:00:00.000Z'],
    ['20240506T070809', '2024-05-06T07:08:09.000Z'],
    ['20240506T070809.5+0530', '2024-05-06T01:38:09.500Z'],
    ['2024-05-06T07:08:09,25', '2024-05-06T07:08:09.250Z'],
    ['2024-05-06T07', '2024-05-06T07:00:00.000Z'],
    ['2024-W19-1', '2024-05-06T00:00:00.000Z'],
  ])('may be %s', (text, instant) => expect(doneAt(text)).toBe(instant));

  it.each(['2024-02-30', '20241301', '2024-W54', '5', '', 'soon'])(
    'is none where it is %o',
    (text) => {
      expect(doneAt(text)).toBeUndefined();
    },
  );
});

describe('the id of a meta', () => {
  it('is the one that the payload has', () => {
    expect(read('{"status": "SUCCESS", "result": 1, "task_id": "t-2"}')).toMatchObject({
      right: { taskId: 't-2' },
    });
    for (const id of ['null', '5']) {
      expect(read(`{"status": "SUCCESS", "result": 1, "task_id": ${id}}`)).toMatchObject({
        right: { taskId: 'x' },
      });
    }
  });

  it('is the text of a UUID, as its key is', () => {
    const hex = 'd9b0a4c43b0e4a519d5b6f1d2f3c4e5a';
    const id = 'd9b0a4c4-3b0e-4a51-9d5b-6f1d2f3c4e5a';
    const text = `{"status": "SUCCESS", "task_id": {"__type__": "uuid", "__value__": {"hex": "${hex}"}}}`;
    expect(read(text)).toMatchObject({ right: { taskId: id } });
    expect(keys().task(new Uuid(id))).toEqual(keys().task(id));
  });
});

describe('a minus before zero', () => {
  const float = jsonWith(defaultMarkers, { exactFloats: true });

  it.each([
    '-0',
    '[-0]',
    '{"a":-0}',
    '[1, -0, 2]',
    ' -0',
    '[1,-0 ]',
    '{"a": -0, "d": "2024-05-06"}',
  ])('is not kept by an int: %s', (text) => {
    for (const serializer of [json, float]) {
      const value = serializer.decode(Buffer.from(text));
      const again = E.chainW(json.encode)(value);
      expect(again).toMatchObject({ right: expect.not.stringContaining('-0.0') });
    }
    const meta = read(
      `{"status": "SUCCESS", "result": ${text}, "traceback": null, "children": [], "date_done": "2024-05-06T07:08:09.123456+00:00", "task_id": "x"}`,
    );
    expect(E.chainW(encodeTaskMeta(json))(meta)).toMatchObject({
      right: expect.not.stringContaining('-0.0'),
    });
  });

  it.each(['-0.0', '-0e0', '-0E5', '[-0.0]'])('is kept by a float: %s', (text) => {
    const again = E.chainW(json.encode)(json.decode(Buffer.from(text)));
    expect(again).toMatchObject({ right: expect.stringContaining('-0.0') });
  });
});
