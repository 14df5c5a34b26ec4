import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Deadlines } from '../../src/operation/deadlines.js';

describe('a deadline', () => {
  const told = (
    waits: ReadonlyArray<{ from: number; seconds: number; until: number | null }>,
  ): ReadonlyArray<readonly [number, number]> => {
    const scheduler = new VirtualTimeScheduler();
    const deadlines = new Deadlines(scheduler);
    const log: Array<readonly [number, number]> = [];
    for (const [i, { from, seconds, until }] of waits.entries()) {
      const waiter = { due: () => void log.push([i, scheduler.now()]) };
      scheduler.schedule(() => deadlines.add(waiter, seconds), from);
      if (until !== null) scheduler.schedule(() => deadlines.delete(waiter, seconds), until);
    }
    scheduler.flush();
    return log;
  };

  it('is told at its time, whatever waits beside it and whoever leaves', () => {
    const wait = fc.record({
      from: fc.integer({ min: 0, max: 5000 }),
      seconds: fc.constantFrom(0, 1, 2, 5),
      until: fc.option(fc.integer({ min: 5001, max: 12_000 })),
    });
    fc.assert(
      fc.property(fc.array(wait), (waits) => {
        const due = waits.flatMap(({ from, seconds, until }, i) => {
          const time = from + seconds * 1000;
          // of the same instant, either may be first
          return until !== null && until <= time ? [] : [[i, time] as const];
        });
        const kept = told(waits).filter(([i, time]) => waits[i]?.until !== time);
        expect(new Map(kept)).toEqual(new Map(due));
        expect(kept).toHaveLength(due.length);
      }),
    );
  });

  it('has one timer with all that have as long, and none once they are gone', () => {
    const scheduler = new VirtualTimeScheduler();
    const deadlines = new Deadlines(scheduler);
    const waiters = Array.from({ length: 3 }, () => ({ due: () => undefined }));
    for (const waiter of waiters) deadlines.add(waiter, 300);
    expect(scheduler.actions).toHaveLength(1);
    for (const waiter of waiters) deadlines.delete(waiter, 300);
    expect(scheduler.actions).toHaveLength(0);
  });

  it('that begins a wait anew is told of that one in its turn', () => {
    const scheduler = new VirtualTimeScheduler();
    const deadlines = new Deadlines(scheduler);
    const log: Array<string> = [];
    const again = { due: () => void log.push(`again ${scheduler.now()}`) };
    deadlines.add(
      {
        due: () => {
          deadlines.add(again, 1);
          log.push(`first ${scheduler.now()}`);
        },
      },
      1,
    );
    deadlines.add({ due: () => void log.push(`second ${scheduler.now()}`) }, 1);
    scheduler.flush();
    expect(log).toEqual(['first 1000', 'second 1000', 'again 2000']);
  });
});
