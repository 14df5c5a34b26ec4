import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeldStates } from '../../src/http/heldStates.js';
import { pendingMeta, type TaskMeta } from '../../src/wire/meta.js';

const meta = (weight: number): TaskMeta => ({ ...pendingMeta('a'), result: weight });
const taken = (held: HeldStates): Array<readonly [number, number]> => {
  const all: Array<readonly [number, number]> = [];
  for (let each = held.take(); each !== undefined; each = held.take()) {
    all.push([each[0], weigh(each[1])]);
  }
  return all;
};

const weigh = ({ result }: TaskMeta): number => Number(result);

describe('HeldStates', () => {
  it('holds the latest of each task, in the order in which they came', () => {
    const held = new HeldStates(10, weigh);
    for (const [at, weight] of [
      [1, 5],
      [2, 6],
      [1, 7],
    ] as const) {
      held.put(at, meta(weight));
    }
    expect(taken(held)).toEqual([
      [1, 7],
      [2, 6],
    ]);
    expect(held.size).toBe(0);
  });

  it('holds a few whatever they weigh, then no more than its bound, and loses none', () => {
    const puts = fc.array(fc.tuple(fc.nat(60), fc.nat(50)), { maxLength: 200 });
    fc.assert(
      fc.property(puts, (all) => {
        const held = new HeldStates(100, weigh);
        const latest = new Map<number, number>();
        for (const [at, weight] of all) {
          latest.set(at, weight);
          held.put(at, meta(weight));
        }
        const told = new Map<number, number>();
        const take = (): number => {
          const weights = taken(held).map(([at, weight]) => {
            told.set(at, weight);
            return weight;
          });
          return weights
            .toSorted((a, b) => b - a)
            .slice(8)
            .reduce((sum, each) => sum + each, 0);
        };
        expect(take()).toBeLessThanOrEqual(100);
        for (let some = held.welcome(); some.length > 0; some = held.welcome()) {
          const weights = some.map((at) => latest.get(at) ?? 0);
          expect(weights.slice(1).reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(100);
          for (const at of some) held.put(at, meta(latest.get(at) ?? 0));
          take();
        }
        expect(new Map([...told].toSorted())).toEqual(new Map([...latest].toSorted()));
      }),
    );
  });

  it('lets in as many as there is room for, one at least, and nobody while something is held', () => {
    const held = new HeldStates(10, weigh);
    for (let at = 0; at < 8; at++) expect(held.put(at, meta(1))).toBe(true);
    expect(held.put(8, meta(20))).toBe(false);
    expect(held.put(9, meta(10))).toBe(true);
    for (let at = 10; at < 14; at++) expect(held.put(at, meta(4))).toBe(false);
    expect(held.welcome()).toEqual([]);
    expect(taken(held)).toHaveLength(9);
    expect([held.welcome(), held.welcome(), held.welcome(), held.welcome()]).toEqual([
      [8],
      [10, 11],
      [12, 13],
      [],
    ]);
  });
});
