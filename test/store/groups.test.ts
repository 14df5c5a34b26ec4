import * as O from 'fp-ts/lib/Option.js';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/memory/memoryStore.js';
import { fromRun } from '../../src/operation/operation.js';
import { NoCounterpart, resultTuple, wireBytes } from '../pythonValue.js';
import { recordedCompressions, shown, shownRecord } from '../recordedCompressions.js';
import { picked, vectors } from '../vectors.js';
import { at, backendOver, optionsOf, settled } from './backendOver.js';

describe('a saved group', () => {
  /** A Python id that is no text does not compile here. */
  const recorded = picked(
    vectors('groups'),
    (c) => c.celery === '5.7.0' && c.op === 'save' && !/id-none$|id-uuid-object$/.test(c.name),
  );

  it.each(recorded)('is what Celery saves, for as long, and is gone once deleted: $name', (c) => {
    const scheduler = at('2024-05-06T07:08:09Z');
    const store = memoryStore({ scheduler });
    const backend = backendOver(store, { ...optionsOf(c), scheduler });
    const group = resultTuple(c.input);
    if (group._tag !== 'GroupResult') throw new NoCounterpart(c.name);
    const published: Array<Buffer> = [];
    store.subscriber$.subscribe((link) => {
      link.messages$.subscribe(({ payload }) => published.push(payload));
      link.follow([c.key]).subscribe();
    });

    settled(backend.saveGroup(group.id, group));
    const held = settled(fromRun(store.commands.get(c.key))) as O.Option<Buffer>;
    expect(O.map(shown)(held)).toEqual(O.some(shownRecord(c.value)));
    expect(store.ttl(c.key)).toBe(c.ttl ?? -1);
    expect(published.map(shown)).toEqual([shownRecord(c.value)]);
    expect(settled(backend.restoreGroup(group.id))).toEqual(O.some(group));

    settled(backend.deleteGroup(group.id));
    expect(settled(backend.restoreGroup(group.id))).toEqual(O.none);
  });

  it('is recorded plain and compressed', () => {
    expect(recorded.length).toBeGreaterThan(10);
    expect(recorded.filter((c) => c.config.result_compression)).toHaveLength(4);
  });

  const restored = vectors('groups').filter(
    (c) => c.celery === '5.7.0' && c.op === 'restore' && c.name.includes('/compressed'),
  );

  it('is recorded as read where it is compressed', () => {
    expect(restored.map(({ name }) => name)).toHaveLength(3);
  });

  it.each(restored)('is read where it is compressed, whatever the option says: $name', (c) => {
    const store = memoryStore({ scheduler: at('2024-05-06T07:08:09Z') });
    const backend = backendOver(store, { compressions: recordedCompressions });
    const key = `celery-taskset-meta-${c.id}`;
    settled(fromRun(store.commands.set({ key, value: wireBytes(c.raw), expires: 0 })));
    expect(settled(backend.restoreGroup(c.id))).toEqual(
      c.restored.ok === undefined
        ? expect.objectContaining({ _tag: 'DecodeError', key })
        : O.some(resultTuple(c.restored.ok)),
    );
  });

  it('is none where the value is empty, as in Celery', () => {
    const scheduler = at('2024-05-06T07:08:09Z');
    const store = memoryStore({ scheduler });
    const backend = backendOver(store, { scheduler });
    settled(fromRun(store.commands.set({ key: 'celery-taskset-meta-g', value: '', expires: 0 })));
    expect(settled(backend.restoreGroup('g'))).toEqual(O.none);
  });
});
