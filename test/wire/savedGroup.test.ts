import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { json } from '../../src/serialization/json.js';
import { decodeSavedGroup, encodeSavedGroup } from '../../src/wire/savedGroup.js';
import { yaml } from '../../src/yaml/yaml.js';
import { NoCounterpart, resultTuple, wireBytes } from '../pythonValue.js';
import { type Case, vectors } from '../vectors.js';

const cases = vectors('groups');
const serializerOf = (c: Case) => (c.config?.result_serializer === 'yaml' ? yaml : json);

/** An id is a string here; Python's None and UUID objects as ids don't compile. */
const idIsNoString = /id-none$|id-uuid-object$/;

/** Read by Python into a GroupResult whose id is None. */
const idIsNull = /restore\/id-null$/;

describe('a saved group', () => {
  it.each(
    cases.filter((c) => c.op === 'save' && c.value !== undefined && !idIsNoString.test(c.name)),
  )('is written byte for byte as Celery does: $name', (c) => {
    expect(encodeSavedGroup(serializerOf(c))(resultTuple(c.input))).toEqual(E.right(c.value));
  });

  it.each(cases.filter((c) => c.op === 'save' && c.value !== undefined))(
    'is read as Celery reads it: $name',
    (c) => {
      const restored = decodeSavedGroup(serializerOf(c))('key', wireBytes(c.value));
      expect(restored).toEqual(E.right(resultTuple(c.restored.ok)));
    },
  );

  it.each(cases.filter((c) => c.op === 'restore' && c.raw && !idIsNull.test(c.name)))(
    'is read, or refused, as by Celery: $name',
    (c) => {
      const restored = decodeSavedGroup(json)('key', wireBytes(c.raw));
      if (c.restored.error === undefined) {
        expect(restored).toEqual(E.right(resultTuple(c.restored.ok)));
      } else expect(restored).toMatchObject({ left: { _tag: 'DecodeError', key: 'key' } });
    },
  );

  it('refuses a group without an id, which Python reads', () => {
    for (const c of cases.filter(({ name }) => idIsNull.test(name))) {
      expect(() => resultTuple(c.restored.ok)).toThrow(NoCounterpart);
      expect(decodeSavedGroup(json)('key', wireBytes(c.raw))).toMatchObject({
        left: { _tag: 'DecodeError' },
      });
    }
  });
});
