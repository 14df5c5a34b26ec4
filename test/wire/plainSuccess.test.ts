import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { json } from '../../src/serialization/json.js';
import { plainSuccess } from '../../src/wire/plainSuccess.js';
import { decodeTaskMeta } from '../../src/wire/taskMeta.js';
import { text, values } from './arbitraries.js';

const plain = plainSuccess(json);

/** Reads every meta as if it were an uncommon one. */
const decodeAny = decodeTaskMeta({ ...json, isCompositional: false });

const date = '2024-05-06T07:08:09.123456+00:00';

const metaOf = (result: string, { dateDone = date, id = 'task-1' } = {}): Buffer =>
  Buffer.from(
    `{"status": "SUCCESS", "result": ${result}, "traceback": null, "children": [], ` +
      `"date_done": "${dateDone}", "task_id": "${id}"}`,
  );

/** What JSON may hold, and what only looks like it. */
const results = fc.oneof(
  values.map((value) => {
    const encoded = json.encode(value);
    return E.isRight(encoded) ? String(encoded.right) : 'null';
  }),
  fc.constantFrom(
    '1, "status": "FAILURE"',
    '{}, "result": 2',
    '"open',
    'NaN',
    '12345678901234567890',
    ' 5 ',
    '',
    '\ufeff1',
    '"\\u005f_type__"',
    '{"__type__": "datetime", "__value__": "2024-05-06"}',
  ),
);

const ids = fc.oneof(
  fc.uuid(),
  text,
  fc.constantFrom('', '"', '\\', 'x", "extra": "y', 'x\\u0041', 'a\nb', '\x7f', 'größe'),
);

const dates = fc.constantFrom(
  date,
  '2024-05-06T07:08:09+00:00',
  '2024-05-06T07:08:09.123456',
  '2024-02-30T07:08:09.123456+00:00',
  '2024-05-06T07:08:09.123456-01:00',
  'soon and not a date of that size',
);

const metas = fc.record({
  bytes: fc
    .tuple(results, fc.record({ dateDone: dates, id: ids }), fc.boolean())
    .map(([result, parts]) => ({ bytes: metaOf(result, parts), id: parts.id })),
  edit: fc.option(fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) })),
});

describe('a plain success', () => {
  it('is read without its frame', () => {
    const parsed: Array<string> = [];
    const read = plainSuccess({
      ...json,
      decode: (bytes) => {
        parsed.push(bytes.toString());
        return json.decode(bytes);
      },
    });
    expect(read(metaOf('{"n": 1}'), 'task-1')).toMatchObject({
      taskId: 'task-1',
      result: { n: 1 },
    });
    expect(parsed).toEqual(['{"n": 1}']);
  });

  it.each([
    ['another id', metaOf('1', { id: 'task-2' })],
    ['another date', metaOf('1', { dateDone: '2024-05-06T07:08:09.123456' })],
    ['another state', Buffer.from(metaOf('1').toString().replace('SUCCESS', 'STARTED'))],
    ['a member more', metaOf('1, "name": "add"')],
    ['a byte more', Buffer.concat([metaOf('1'), Buffer.from(' ')])],
  ])('is none with %s', (_, bytes) => {
    expect(plain(bytes, 'task-1')).toBeUndefined();
  });

  it('is none with an id that is not UTF-8', () => {
    expect(plain(Buffer.from(metaOf('1', { id: 'größe' }).toString(), 'latin1'), 'größe')).toBe(
      undefined,
    );
  });

  it('is none where what is within another may be written in another way', () => {
    expect(plainSuccess({ ...json, isCompositional: false })(metaOf('1'), 'task-1')).toBe(
      undefined,
    );
  });

  it('is the meta that any other way of reading gives, if it is one', () => {
    fc.assert(
      fc.property(metas, ({ bytes: { bytes, id }, edit }) => {
        if (edit !== null) bytes[edit.at % bytes.length] = edit.byte;
        const meta = plain(bytes, id);
        if (meta !== undefined) expect(decodeAny('key', bytes, id)).toEqual(E.right(meta));
      }),
      { numRuns: 5000 },
    );
  });
});
