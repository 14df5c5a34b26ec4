import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it, vi } from 'vitest';
import { AclError, Closed, InvalidArgument } from '../../src/errors/errors.js';
import { fromRun } from '../../src/operation/operation.js';
import { type PerTick, perTick } from '../../src/operation/perTick.js';

const denied = new AclError('~a*', 'SET', 'b', new Error('NOPERM'));

/** Doubles numbers a millisecond after they are sent, and notes each batch. */
const doubling = (options: Partial<PerTick<number, number>> = {}) => {
  const batches: Array<ReadonlyArray<number>> = [];
  const run = perTick<number, number>({
    send: (items) => {
      batches.push(items);
      return Rx.timer(1).pipe(Rx.map(() => items.map((n) => E.right(2 * n))));
    },
    isRefusal: (error) => error instanceof AclError,
    joins: () => true,
    weight: (n) => n,
    least: 3,
    most: 3,
    heaviest: 100,
    ...options,
  });
  const double = (n: number): Rx.Observable<number> => Rx.from(fromRun(run(n)));
  return { batches, double };
};

const marbles = (body: Parameters<TestScheduler['run']>[0]): void => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body);
};

const outcomes = (ns: ReadonlyArray<number>, double: (n: number) => Rx.Observable<number>) =>
  Rx.forkJoin(
    ns.map((n) => double(n).pipe(Rx.catchError((error: Error) => Rx.of(error.constructor.name)))),
  );

describe('perTick', () => {
  it('sends what is subscribed to in one tick together, and the next tick apart', () => {
    const { batches, double } = doubling();
    marbles(({ cold, expectObservable, flush }) => {
      const items = cold('(ab)-(c|)', { a: 1, b: 2, c: 3 }).pipe(Rx.mergeMap(double));
      expectObservable(items).toBe('-(ab)-(c|)', { a: 2, b: 4, c: 6 });
      flush();
    });
    expect(batches).toEqual([[1, 2], [3]]);
  });

  it('sends nothing before it is subscribed to, and again for each subscription', () => {
    const { batches, double } = doubling();
    marbles(({ flush }) => {
      const one = double(1);
      expect(batches).toEqual([]);
      one.subscribe();
      one.subscribe();
      flush();
    });
    expect(batches).toEqual([[1, 1]]);
  });

  it('keeps a batch within its number and its weight, but for an item that is heavier alone', () => {
    const { batches, double } = doubling();
    marbles(({ flush }) => {
      for (const n of [1, 2, 3, 4, 60, 50, 500, 5]) double(n).subscribe();
      flush();
    });
    expect(batches).toEqual([[1, 2, 3], [4, 60], [50], [500], [5]]);
  });

  it('halves a tick, unless it holds too few', () => {
    const { batches, double } = doubling({ least: 2, most: 4 });
    marbles(({ cold, flush }) => {
      cold('-abc', { a: Rx.range(0, 2), b: Rx.range(0, 5), c: Rx.range(0, 9) })
        .pipe(Rx.mergeAll(), Rx.mergeMap(double))
        .subscribe();
      flush();
    });
    expect(batches.map(({ length }) => length)).toEqual([2, 3, 2, 4, 4, 1]);
  });

  it('settles every item, though what is told of one throws', () => {
    vi.useFakeTimers();
    const unhandled = vi.fn();
    Rx.config.onUnhandledError = unhandled;
    const settled: Array<unknown> = [];
    const run = perTick<number, number>({
      send: (items) => Rx.of(items.map((n) => E.right(n))),
      isRefusal: () => false,
      joins: () => true,
      weight: () => 1,
      least: 3,
      most: 3,
      heaviest: 3,
    });
    marbles(({ flush }) => {
      run(1)(() => {
        throw new Error('not ours');
      });
      run(2)((result) => settled.push(result));
      flush();
    });
    vi.runAllTimers();
    vi.useRealTimers();
    Rx.config.onUnhandledError = null;
    expect(settled).toEqual([E.right(2)]);
    expect(unhandled).toHaveBeenCalledOnce();
  });

  it('keeps the order of those that are not refused', () => {
    const done: Array<number> = [];
    const { double } = doubling({
      least: 8,
      most: 8,
      send: (items) =>
        Rx.timer(items.length).pipe(
          Rx.map(() => {
            if (items.includes(2)) throw denied;
            done.push(...items);
            return items.map((n) => E.right(n));
          }),
        ),
    });
    marbles(({ flush }) => {
      outcomes([1, 2, 3, 4], double).subscribe();
      flush();
    });
    expect(done).toEqual([1, 3, 4]);
  });

  it('begins a batch with an item that does not join the one before', () => {
    const { batches, double } = doubling({ joins: (n, first) => n % 2 === first % 2 });
    marbles(({ flush }) => {
      for (const n of [1, 3, 4, 5, 7]) double(n).subscribe();
      flush();
    });
    expect(batches).toEqual([[1, 3], [4], [5, 7]]);
  });

  it('fails the item whose result is a Left, and no other', () => {
    const odd = new InvalidArgument('n', 'is odd');
    const { double } = doubling({
      send: (items) => Rx.of(items.map((n) => (n % 2 === 1 ? E.left(odd) : E.right(n)))),
    });
    marbles(({ expectObservable }) => {
      expectObservable(outcomes([1, 2, 3], double)).toBe('(x|)', {
        x: ['InvalidArgument', 2, 'InvalidArgument'],
      });
    });
  });

  it('finds the refused item, and lets the others through', () => {
    const sent: Array<ReadonlyArray<number>> = [];
    const { double } = doubling({
      least: 8,
      most: 8,
      send: (items) => {
        sent.push(items);
        return items.includes(3)
          ? Rx.throwError(() => denied)
          : Rx.of(items.map((n) => E.right(n)));
      },
    });
    marbles(({ expectObservable }) => {
      expectObservable(outcomes([1, 2, 3, 4], double)).toBe('(x|)', { x: [1, 2, 'AclError', 4] });
    });
    expect(sent).toEqual([[1, 2, 3, 4], [1, 2], [3, 4], [3], [4]]);
  });

  it('fails the whole batch where the failure is nobody’s own, and where the reply is too short', () => {
    const failing = doubling({ send: () => Rx.throwError(() => new Closed('pool')) });
    const short = doubling({ send: () => Rx.of([E.right(1)]) });
    marbles(({ expectObservable }) => {
      expectObservable(outcomes([1, 2], failing.double)).toBe('(x|)', { x: ['Closed', 'Closed'] });
      expectObservable(outcomes([1, 2], short.double)).toBe('(x|)', { x: [1, 'UnexpectedError'] });
    });
  });

  it('drops the result of an item that nobody waits for any more', () => {
    const { double } = doubling();
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const cut = cold('x');
      expectObservable(double(1).pipe(Rx.takeUntil(cut))).toBe('|');
      expectSubscriptions(cut.subscriptions).toBe('(^!)');
    });
  });
});
