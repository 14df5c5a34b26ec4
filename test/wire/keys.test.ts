import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { keys } from '../../src/wire/keys.js';
import { pythonValue } from '../pythonValue.js';
import { type Case, picked, vectors } from '../vectors.js';

const cases = picked(vectors('keys'), (c) => c.celery === '5.7.0');

/** Ids that are no strings in Python: in TypeScript they don't compile. */
const notStrings = /\/(none|int|zero|bytes)$/;

const prefixOf = (c: Case): string | null | undefined =>
  c.config.result_backend_transport_options.global_keyprefix;

describe('keys', () => {
  it.each(picked(cases, (c) => c.op !== 'strip_prefix' && !notStrings.test(c.name)))(
    'names the key as Celery does: $name',
    (c) => {
      const of = keys(prefixOf(c));
      const id = String(pythonValue(c.id));
      const name =
        c.op === 'get_key_for_task'
          ? of.task(id)
          : c.op === 'get_key_for_group'
            ? of.group(id, c.suffix)
            : of.chord(id, c.suffix);
      if (c.error === undefined) expect(name).toEqual(E.right(c.key));
      else {
        // Celery goes on with the empty id.
        const message = c.error.message.replace('. Got  instead.', '');
        expect(name).toMatchObject({ left: { _tag: 'InvalidArgument', message } });
      }
    },
  );

  it.each(picked(cases, (c) => c.op === 'strip_prefix'))('finds the id in a key: $name', (c) => {
    expect(keys(prefixOf(c)).idOf(c.key)).toBe(c.id);
  });

  it('covers every recorded case but the ids that are no strings', () => {
    const left = picked(cases, (c) => notStrings.test(c.name)).map((c) => c.id);
    for (const id of left) expect(typeof id).not.toBe('string');
  });
});
