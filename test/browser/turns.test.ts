import * as Rx from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { Turns } from '../../src/browser/turns.js';

/** Takes a request that is answered after so long, and tells when it may be left. */
const freeAfter = (
  answer: number,
  request: (helpers: Rx.SchedulerLike) => Rx.Observable<unknown>,
): number => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  return scheduler.run(() => {
    const turns = new Turns(scheduler);
    let left = Number.NaN;
    const asking = turns
      .take((answered) => {
        if (answer < Number.POSITIVE_INFINITY) scheduler.schedule(answered, answer);
        return request(scheduler);
      })
      .subscribe({ error: () => undefined });
    turns.free$.subscribe(() => {
      left = scheduler.now();
    });
    scheduler.flush();
    asking.unsubscribe();
    return left;
  });
};

describe('Turns', () => {
  it('lets a request be left once it was listened to for as long as its answer took', () => {
    expect(freeAfter(150, () => Rx.NEVER)).toBe(300);
    expect(freeAfter(9_000, () => Rx.NEVER)).toBe(10_000);
  });

  it('lets one be left that has not been answered for long', () => {
    expect(freeAfter(Number.POSITIVE_INFINITY, () => Rx.NEVER)).toBe(10_000);
  });

  it('lets one be left at its end, by an error too', () => {
    const ended = (end: Rx.Observable<unknown>) => (scheduler: Rx.SchedulerLike) =>
      Rx.concat(Rx.timer(20, scheduler).pipe(Rx.ignoreElements()), end);
    expect(freeAfter(150, ended(Rx.EMPTY))).toBe(20);
    expect(freeAfter(150, ended(Rx.throwError(() => new Error('lost'))))).toBe(20);
  });

  it('is free before the first', () => {
    let isFree = false;
    new Turns(Rx.asyncScheduler).free$.subscribe(() => {
      isFree = true;
    });
    expect(isFree).toBe(true);
  });
});
