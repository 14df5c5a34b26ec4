import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { msgpack } from '../../src/msgpack/msgpack.js';
import { compressed } from '../../src/serialization/compressed.js';
import { compressions } from '../../src/serialization/compressions.js';
import { json } from '../../src/serialization/json.js';
import type { Serializer } from '../../src/serialization/serializer.js';
import { decodeSavedGroup, encodeSavedGroup } from '../../src/wire/savedGroup.js';
import { yaml } from '../../src/yaml/yaml.js';
import { NoCounterpart, resultTuple, wireBytes } from '../pythonValue.js';
import { recordedCompressions } from '../recordedCompressions.js';
import { type Case, picked, vectors } from '../vectors.js';

const cases = vectors('groups');
const serializers: Readonly<Record<string, Serializer>> = { json, yaml, msgpack };
const serializerOf = (c: Case): Serializer =>
  compressed(serializers[c.config?.result_serializer] ?? json, {
    compression: null,
    compressions: compressions(recordedCompressions),
    limit: 1e6,
  });

/** An id is a string here; Python's None and UUID objects as ids don't compile. */
const idIsNoString = /id-none$|id-uuid-object$/;

/** Read by Python into a GroupResult whose id is None. */
const idIsNull = /restore\/id-null$/;

describe('a saved group', () => {
  it.each(
    cases.filter(
      (c) =>
        c.op === 'save' &&
        // what is compressed has the bytes of its codec: see store/groupStore.test.ts
        typeof c.value === 'string' &&
        !idIsNoString.test(c.name),
    ),
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

  /** Celery reads no compressed group before 5.7. */
  const isBeyond = (c: Case) => c.celery !== '5.7.0' && c.name.includes('/compressed');

  it.each(
    cases.filter((c) => c.op === 'restore' && c.raw && !idIsNull.test(c.name) && !isBeyond(c)),
  )('is read, or refused, as by Celery: $name', (c) => {
    const restored = decodeSavedGroup(serializerOf(c))('key', wireBytes(c.raw));
    if (c.restored.error === undefined) {
      expect(restored).toEqual(E.right(resultTuple(c.restored.ok)));
    } else expect(restored).toMatchObject({ left: { _tag: 'DecodeError', key: 'key' } });
  });

  it('refuses a group without an id, which Python reads', () => {
    for (const c of picked(cases, ({ name }) => idIsNull.test(name))) {
      expect(() => resultTuple(c.restored.ok)).toThrow(NoCounterpart);
      expect(decodeSavedGroup(serializerOf(c))('key', wireBytes(c.raw))).toMatchObject({
        left: { _tag: 'DecodeError' },
      });
    }
  });
});
