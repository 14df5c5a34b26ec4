import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { json } from '../../src/serialization/json.js';
import { msgpack } from '../../src/serialization/msgpack.js';
import type { Serializer } from '../../src/serialization/serializer.js';
import { yaml } from '../../src/serialization/yaml.js';
import { decodeSavedGroup, encodeSavedGroup } from '../../src/wire/savedGroup.js';
import { NoCounterpart, resultTuple, wireBytes } from '../pythonValue.js';
import { type Case, isCompressed, picked, vectors } from '../vectors.js';

/** Before 5.7 the setting did nothing, so that the values are plain ones. */
const cases = picked(vectors('groups'), (c) => c.celery !== '5.7.0' || !isCompressed(c));
const serializerOf = (c: Case): Serializer =>
  ({ yaml, msgpack })[String(c.config?.result_serializer)] ?? json;

/** An id is a string here; Python's None and UUID objects as ids don't compile. */
const idIsNoString = /id-none$|id-uuid-object$/;

/** Read by Python into a GroupResult whose id is None. */
const idIsNull = /restore\/id-null$/;

describe('a saved group', () => {
  it.each(
    picked(cases, (c) => c.op === 'save' && c.value !== undefined && !idIsNoString.test(c.name)),
  )('is written byte for byte as Celery does: $name', (c) => {
    expect(encodeSavedGroup(serializerOf(c))(resultTuple(c.input))).toEqual(
      E.right(typeof c.value === 'string' ? c.value : wireBytes(c.value)),
    );
  });

  it.each(picked(cases, (c) => c.op === 'save' && c.value !== undefined))(
    'is read as Celery reads it: $name',
    (c) => {
      const restored = decodeSavedGroup(serializerOf(c))('key', wireBytes(c.value));
      expect(restored).toEqual(E.right(resultTuple(c.restored.ok)));
    },
  );

  it.each(picked(cases, (c) => c.op === 'restore' && c.raw && !idIsNull.test(c.name)))(
    'is read, or refused, as by Celery: $name',
    (c) => {
      const restored = decodeSavedGroup(json)('key', wireBytes(c.raw));
      if (c.restored.error === undefined) {
        expect(restored).toEqual(E.right(resultTuple(c.restored.ok)));
      } else expect(restored).toMatchObject({ left: { _tag: 'DecodeError', key: 'key' } });
    },
  );

  it('refuses a group without an id, which Python reads', () => {
    for (const c of picked(cases, ({ name }) => idIsNull.test(name))) {
      expect(() => resultTuple(c.restored.ok)).toThrow(NoCounterpart);
      expect(decodeSavedGroup(json)('key', wireBytes(c.raw))).toMatchObject({
        left: { _tag: 'DecodeError' },
      });
    }
  });
});
