import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/memory/memoryStore.js';
import { NoCounterpart, resultTuple, wireBytes } from '../pythonValue.js';
import { isCompressed, picked, vectors } from '../vectors.js';
import { at, backendOver, optionsOf, settled } from './backendOver.js';

describe('a saved group', () => {
  /** A Python id that is no text does not compile here. */
  const recorded = picked(
    vectors('groups'),
    (c) =>
      c.celery === '5.7.0' &&
      c.op === 'save' &&
      !isCompressed(c) &&
      !/id-none$|id-uuid-object$/.test(c.name),
  );

  it.each(recorded)('is what Celery saves, for as long, and is gone once deleted: $name', (c) => {
    const scheduler = at('2024-05-06T07:08:09Z');
    const store = memoryStore({ scheduler });
    const backend = backendOver(store, { ...optionsOf(c), scheduler });
    const group = resultTuple(c.input);
    if (group._tag !== 'GroupResult') throw new NoCounterpart(c.name);
    const published: Array<string> = [];
    store.subscriber$.subscribe((link) => {
      link.messages$.subscribe(({ payload }) => published.push(payload.toString()));
      link.follow([c.key]).subscribe();
    });

    settled(backend.saveGroup(group.id, group));
    expect(settled(store.commands.get(c.key))).toEqual(O.some(wireBytes(c.value)));
    expect(store.ttl(c.key)).toBe(c.ttl ?? -1);
    expect(published).toEqual([c.value]);
    expect(settled(backend.restoreGroup(group.id))).toEqual(O.some(group));

    settled(backend.deleteGroup(group.id));
    expect(settled(backend.restoreGroup(group.id))).toEqual(O.none);
  });

  it('is none where the value is empty, as in Celery', () => {
    const scheduler = at('2024-05-06T07:08:09Z');
    const store = memoryStore({ scheduler });
    const backend = backendOver(store, { scheduler });
    settled(store.commands.set({ key: 'celery-taskset-meta-g', value: '', expires: 0 }));
    expect(settled(backend.restoreGroup('g'))).toEqual(O.none);
  });
});
