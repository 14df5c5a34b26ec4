import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunks } from '../../src/consumer/chunks.js';
import { registry } from './channels.js';
import { marbles } from './marbles.js';

/** How many names go into each chunk. */
const sizes = (prefix: string, ids: ReadonlyArray<string>): ReadonlyArray<number> => {
  let found: ReadonlyArray<number> = [];
  marbles((_, scheduler) => {
    const channels = registry({ prefix, scheduler });
    const all = ids.map((id) => channels.channel(id));
    const split = chunks(all, channels);
    expect(split.flat()).toEqual(all);
    found = split.map(({ length }) => length);
  });
  return found;
};

describe('chunks', () => {
  it('are none of none', () => {
    expect(sizes('', [])).toEqual([]);
  });

  it('hold 512 channels at most', () => {
    expect(sizes('celery-task-meta-', Array(1300).fill('a'.repeat(36)))).toEqual([512, 512, 276]);
  });

  it('hold 48 KB of names at most, prefix included', () => {
    expect(sizes('x'.repeat(1000), Array(100).fill('a'.repeat(24)))).toEqual([48, 48, 4]);
  });

  it('hold one channel alone that is over that', () => {
    const large = 'a'.repeat(100_000);
    expect(sizes('', ['b', large, 'c', 'd'])).toEqual([1, 1, 2]);
  });

  it('are within both bounds, whatever the names, and leave no room for the next one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 60_000 }), { maxLength: 60 }), (lengths) => {
        let at = 0;
        for (const size of sizes(
          '',
          lengths.map((length) => 'a'.repeat(length)),
        )) {
          const load = lengths.slice(at, at + size).reduce((sum, length) => sum + length, 0);
          expect(size === 1 || load <= 48 * 1024).toBe(true);
          at += size;
          expect(load + (lengths[at] ?? 60_000)).toBeGreaterThan(48 * 1024 - 1);
        }
      }),
      { numRuns: 50 },
    );
  });
});
