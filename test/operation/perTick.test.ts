import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it, vi } from 'vitest';
import { AclError, Closed, ConnectionError, InvalidArgument } from '../../src/errors/errors.js';
import { fromRun } from '../../src/operation/operation.js';
import { type PerTick, perTick } from '../../src/operation/perTick.js';
import { fromSource, type Result, settled } from '../../src/operation/run.js';

const denied = new AclError('~a*', 'SET', 'b', new Error('NOPERM'));
const lost = new ConnectionError('localhost:6379', true, new Error('ECONNRESET'));
const unreachable = new ConnectionError('localhost:6379', false, new Error('ECONNREFUSED'));

interface Item {
  readonly n: number;
}

type Options = PerTick<Item, number>;

/** What is sent for numbers, as an Observable. */
const sending =
  (
    send: (ns: ReadonlyArray<number>) => Rx.Observable<ReadonlyArray<Result<number>>>,
  ): Options['send'] =>
  (items) =>
    fromSource(send(items.map(({ n }) => n)));

const each = (ns: ReadonlyArray<number>, f = (n: number) => n) => ns.map((n) => E.right(f(n)));

const failing: Options['failing'] = (error) => {
  if (error instanceof ConnectionError) return error.sent ? 'Lost' : 'Unsent';
  return 'Refused';
};

/** Doubles numbers a millisecond after they are sent, and notes each batch. */
const doubling = ({
  send = sending((ns) => Rx.timer(1).pipe(Rx.map(() => each(ns, (n) => 2 * n)))),
  ...options
}: Partial<Options> = {}) => {
  const batches: Array<ReadonlyArray<number>> = [];
  const run = perTick<Item, number>({
    send: (items) => {
      batches.push(items.map(({ n }) => n));
      return send(items);
    },
    failing,
    joins: () => true,
    weight: ({ n }) => n,
    least: 3,
    most: 3,
    heaviest: 100,
    ...options,
  });
  return { batches, double: (n: number) => fromRun(run({ n })) };
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

  it('tells nothing once cancelled, so that nobody tries again', () => {
    const told: Array<string> = [];
    marbles(({ flush }) => {
      const run = perTick<Item, number>({
        send: sending(() => Rx.timer(5).pipe(Rx.map(() => [E.left(lost), E.right(2)]))),
        failing,
        joins: () => true,
        weight: () => 1,
        least: 3,
        most: 3,
        heaviest: 100,
      });
      const cancel = run({ n: 1 })(() => told.push('cancelled'));
      run({ n: 2 })(() => told.push('waiting'));
      Rx.timer(2).subscribe(() => cancel?.());
      flush();
    });
    expect(told).toEqual(['waiting']);
  });

  it('settles every item, though what is told of one throws', () => {
    vi.useFakeTimers();
    const unhandled = vi.fn();
    Rx.config.onUnhandledError = unhandled;
    const told: Array<unknown> = [];
    const run = perTick<Item, number>({
      send: (items) => settled(E.right(each(items.map(({ n }) => n)))),
      failing,
      joins: () => true,
      weight: () => 1,
      least: 3,
      most: 3,
      heaviest: 3,
    });
    marbles(({ flush }) => {
      run({ n: 1 })(() => {
        throw new Error('not ours');
      });
      run({ n: 2 })((result) => told.push(result));
      flush();
    });
    vi.runAllTimers();
    vi.useRealTimers();
    Rx.config.onUnhandledError = null;
    expect(told).toEqual([E.right(2)]);
    expect(unhandled).toHaveBeenCalledOnce();
  });

  it('keeps the order of those that are not refused', () => {
    const done: Array<number> = [];
    const { double } = doubling({
      least: 8,
      most: 8,
      send: sending((ns) =>
        Rx.timer(ns.length).pipe(
          Rx.map(() => {
            if (ns.includes(2)) throw denied;
            done.push(...ns);
            return each(ns);
          }),
        ),
      ),
    });
    marbles(({ flush }) => {
      outcomes([1, 2, 3, 4], double).subscribe();
      flush();
    });
    expect(done).toEqual([1, 3, 4]);
  });

  it('begins a batch with an item that does not join the one before', () => {
    const { batches, double } = doubling({ joins: ({ n }, first) => n % 2 === first.n % 2 });
    marbles(({ flush }) => {
      for (const n of [1, 3, 4, 5, 7]) double(n).subscribe();
      flush();
    });
    expect(batches).toEqual([[1, 3], [4], [5, 7]]);
  });

  it('fails the item whose result is a Left, and no other', () => {
    const odd = new InvalidArgument('n', 'is odd');
    const { double } = doubling({
      send: sending((ns) => Rx.of(ns.map((n) => (n % 2 === 1 ? E.left(odd) : E.right(n))))),
    });
    marbles(({ expectObservable }) => {
      expectObservable(outcomes([1, 2, 3], double)).toBe('(x|)', {
        x: ['InvalidArgument', 2, 'InvalidArgument'],
      });
    });
  });

  it('finds the refused item, and lets the others through', () => {
    const { batches, double } = doubling({
      least: 8,
      most: 8,
      send: sending((ns) => (ns.includes(3) ? Rx.throwError(() => denied) : Rx.of(each(ns)))),
    });
    marbles(({ expectObservable }) => {
      expectObservable(outcomes([1, 2, 3, 4], double)).toBe('(x|)', { x: [1, 2, 'AclError', 4] });
    });
    expect(batches).toEqual([[1, 2, 3, 4], [1, 2], [3, 4], [3], [4]]);
  });

  it('fails each with its own refusal where all are refused', () => {
    const { batches, double } = doubling({
      send: sending(() => Rx.throwError(() => new Closed('pool'))),
    });
    marbles(({ expectObservable }) => {
      expectObservable(outcomes([1, 2], double)).toBe('(x|)', { x: ['Closed', 'Closed'] });
    });
    expect(batches).toEqual([[1, 2], [1], [2]]);
  });

  it('tells an item that has no reply an UnexpectedError', () => {
    const { double } = doubling({ send: sending(() => Rx.of([E.right(1)])) });
    marbles(({ expectObservable }) => {
      expectObservable(outcomes([1, 2], double)).toBe('(x|)', { x: [1, 'UnexpectedError'] });
    });
  });

  it('takes what send throws for a refusal', () => {
    const { double } = doubling({
      send: () => {
        throw new Error('a bug');
      },
    });
    marbles(({ expectObservable }) => {
      expectObservable(outcomes([1, 2], double)).toBe('(x|)', {
        x: ['UnexpectedError', 'UnexpectedError'],
      });
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

describe('what was lost together', () => {
  /** All that is asked for, again and again until it is done or `tries` are over. */
  const persistent = (
    ns: ReadonlyArray<number>,
    send: Options['send'],
    { tries = 10, ...options }: Partial<Options> & { readonly tries?: number } = {},
  ) => {
    const { batches, double } = doubling({ least: 16, most: 16, send, ...options });
    marbles(({ flush }) => {
      for (const n of ns)
        double(n)
          .pipe(Rx.retry(tries))
          .subscribe({ error: () => undefined });
      flush();
    });
    return batches;
  };

  /** Breaks the link whenever one of `ns` is sent; the others are done a frame later. */
  const breakingAt = (...ns: ReadonlyArray<number>): Options['send'] =>
    sending((sent) =>
      Rx.timer(1).pipe(
        Rx.map(() => {
          if (sent.some((n) => ns.includes(n))) throw lost;
          return each(sent);
        }),
      ),
    );

  it('fails as a whole, and is not sent again unless it is asked for again', () => {
    const { batches, double } = doubling({ send: breakingAt(2) });
    marbles(({ expectObservable }) => {
      expectObservable(outcomes([1, 2], double)).toBe('-(x|)', {
        x: ['ConnectionError', 'ConnectionError'],
      });
    });
    expect(batches).toEqual([[1, 2]]);
  });

  it('is sent one by one, and twice as many each time that goes well', () => {
    let breaks = 1;
    const once = sending((ns) =>
      Rx.timer(1).pipe(
        Rx.map(() => {
          if (breaks-- > 0) throw lost;
          return each(ns);
        }),
      ),
    );
    expect(persistent([1, 2, 3, 4, 5, 6, 7, 8], once)).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8],
      [1],
      [2, 3],
      [4, 5, 6, 7],
      [8],
    ]);
  });

  it('never costs the others more than the batch in which the culprit is found', () => {
    const batches = persistent([1, 2, 3, 4], breakingAt(2), { tries: 3 });
    expect(batches.slice(0, 3)).toEqual([[1, 2, 3, 4], [1], [2, 3]]);
    const withCulprit = batches.filter((batch) => batch.includes(2));
    const others = batches.slice(3).filter((batch) => !batch.includes(2));
    expect(withCulprit).toHaveLength(4);
    expect(others.flat()).toEqual(expect.arrayContaining([3, 4]));
  });

  it('goes before nothing else: others are sent meanwhile', () => {
    const { batches, double } = doubling({ least: 8, most: 8, send: breakingAt(1) });
    marbles(({ cold, flush }) => {
      for (const n of [1, 2, 3]) {
        double(n)
          .pipe(Rx.retry(1))
          .subscribe({ error: () => undefined });
      }
      cold('--x').subscribe(() => double(4).subscribe());
      flush();
    });
    expect(batches).toEqual([[1, 2, 3], [1], [4], [2], [3]]);
  });

  it('fails at once, all of it, where there is no link to send it over', () => {
    let sent = 0;
    const { batches, double } = doubling({
      least: 8,
      most: 8,
      send: sending(() => {
        sent += 1;
        return Rx.timer(1).pipe(
          Rx.mergeMap(() => Rx.throwError(() => (sent === 1 ? lost : unreachable))),
        );
      }),
    });
    marbles(({ expectObservable }) => {
      const twice = (n: number): Rx.Observable<number> => double(n).pipe(Rx.retry(1));
      expectObservable(outcomes([1, 2, 3], twice)).toBe('--(x|)', {
        x: ['ConnectionError', 'ConnectionError', 'ConnectionError'],
      });
    });
    expect(batches).toEqual([[1, 2, 3], [1]]);
  });

  it('is no suspect where it was alone, or never left', () => {
    let sent = 0;
    const { batches, double } = doubling({
      least: 8,
      most: 8,
      send: sending((ns) => {
        sent += 1;
        return sent === 1 ? Rx.throwError(() => unreachable) : Rx.of(each(ns));
      }),
    });
    marbles(({ flush }) => {
      for (const n of [1, 2, 3]) double(n).pipe(Rx.retry(1)).subscribe();
      flush();
    });
    expect(batches).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('brings together what belongs together, in its order, however it was asked for', () => {
    const { batches, double } = doubling({
      ...{ least: 8, most: 8, kin: ({ n }) => String(n % 2) },
      joins: (item, first) => item.n % 2 === first.n % 2,
    });
    marbles(({ expectObservable }) => {
      expectObservable(outcomes([1, 2, 3, 4, 5], double)).toBe('-(x|)', { x: [2, 4, 6, 8, 10] });
    });
    expect(batches).toEqual([
      [1, 3, 5],
      [2, 4],
    ]);
  });
});
