import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyspace } from '../../src/memory/memoryKeyspace.js';

describe('keyspace', () => {
  it('holds a value until it expires, and not a millisecond longer', () => {
    let now = 0;
    const keys = keyspace<string>(() => now);
    keys.put('k', { value: 'v', expiresAt: 1000 });
    now = 999;
    expect(keys.get('k')?.value).toBe('v');
    now = 1000;
    expect(keys.get('k')).toBeUndefined();
    expect(keys.delete('k')).toBe(false);
  });

  it('stays small over any number of keys that nobody reads again', () => {
    let now = 0;
    let largest = 0;
    const keys = keyspace<number>(() => now);
    for (now = 0; now < 100_000; now += 1) {
      keys.put(`k${now}`, { value: now, expiresAt: now + 100 });
      largest = Math.max(largest, keys.size());
    }
    expect(largest).toBeLessThan(400);
  });

  it('drops nothing that has not expired', () => {
    const step = fc.record({ key: fc.nat(20), life: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let now = 0;
        const keys = keyspace<number>(() => now);
        const wanted = new Map<string, number>();
        for (const { key, life } of steps) {
          keys.put(`${key}`, { value: now, expiresAt: now + life });
          wanted.set(`${key}`, now + life);
          now += 1;
          for (const [name, expiresAt] of wanted)
            expect(keys.get(name) !== undefined).toBe(now < expiresAt);
        }
      }),
    );
  });
});
