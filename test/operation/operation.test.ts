import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as Rx from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  InvalidArgument,
  type ResultStoreError,
  UnexpectedError,
} from '../../src/errors/errors.js';
import * as Op from '../../src/operation/operation.js';
import { settled } from '../../src/operation/run.js';

const marbles = (body: (helpers: RunHelpers) => void): void =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body);

const error = new InvalidArgument('taskId', 'must not be empty');

/** What an Observable does, as an Either: its one value, or its error. */
const outcome = <A>(source: Rx.Observable<A>): Promise<E.Either<unknown, A>> =>
  Rx.firstValueFrom(source).then(E.right, E.left);

/** The same operation, seen in each of the ways that it offers. */
const views = <A>(op: Op.Operation<A>): ReadonlyArray<() => Promise<E.Either<unknown, A>>> => [
  () =>
    pipe(
      op,
      TE.map((a) => a),
    )(),
  () => outcome(Rx.from(op)),
  () => outcome(Rx.of(null).pipe(Rx.mergeMap(() => op))),
  () => outcome(op.pipe(Rx.map((a) => a))),
  () => outcome(new Rx.Observable<A>((subscriber) => op.subscribe(subscriber))),
];

describe('an Operation', () => {
  it('does nothing until it is called or subscribed to', () => {
    let runs = 0;
    const op = Op.tryCatch(async () => {
      runs += 1;
    });
    pipe(
      op,
      TE.map(() => 1),
    );
    Rx.from(op);
    op.pipe(Rx.map(() => 1));
    expect(runs).toBe(0);
  });

  it('runs again at each call and each subscription', async () => {
    let runs = 0;
    const op = Op.tryCatch(async () => {
      runs += 1;
      return runs;
    });
    const seen: Array<E.Either<unknown, number>> = [];
    for (const view of views(op)) seen.push(await view());
    expect(seen).toEqual([1, 2, 3, 4, 5].map(E.right));
  });

  it('has the same value in every view', async () => {
    const value = { id: 'a' };
    for (const view of views(Op.of(value))) {
      const seen = await view();
      expect(E.isRight(seen) && seen.right).toBe(value);
    }
  });

  it('has the same error value in every view', async () => {
    const failing = [
      Op.fail(error),
      Op.fromEither(E.left(error)),
      Op.fromTaskEither(TE.left(error)),
      Op.fromObservable(Rx.throwError(() => error)),
      Op.tryCatch(() => Promise.reject(error)),
    ];
    for (const op of failing)
      for (const view of views(op)) {
        const seen = await view();
        expect(E.isLeft(seen) && seen.left).toBe(error);
      }
  });

  it('never rejects, whatever is thrown', async () => {
    const anyReason = fc.oneof(
      fc.string().map((message) => new Error(message)),
      fc.record({ message: fc.string() }, { noNullPrototype: true }),
      fc.string(),
      fc.double(),
      fc.bigInt(),
      fc.boolean(),
      fc.constantFrom(null, undefined, Symbol('reason')),
    );
    await fc.assert(
      fc.asyncProperty(anyReason, async (thrown) => {
        const throwing: () => Promise<never> = () => {
          throw thrown;
        };
        const failing = [
          Op.tryCatch(() => Promise.reject(thrown)),
          Op.tryCatch(throwing),
          Op.fromObservable(Rx.throwError(() => thrown)),
          Op.fromTaskEither(() => Promise.reject(thrown)),
        ];
        for (const op of failing) {
          const seen = await op();
          expect(seen).toMatchObject({ _tag: 'Left', left: { _tag: 'UnexpectedError' } });
          expect(E.isLeft(seen) && seen.left.cause).toBe(thrown);
        }
      }),
    );
  });

  it('takes the first value, and then leaves its source', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('--a-b-|');
      expectObservable(Rx.from(Op.fromObservable(source))).toBe('--(a|)');
      expectSubscriptions(source.subscriptions).toBe('^-!');
    }));

  it('drops its reply when it is unsubscribed from', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('----a|');
      expectObservable(Rx.from(Op.fromObservable(source)), '--^-!').toBe('-');
      expectSubscriptions(source.subscriptions).toBe('--^-!');
    }));

  it('drops the reply of a promise that comes too late', async () => {
    const heard: Array<number> = [];
    const op = Op.tryCatch(async () => 1);
    op.subscribe((n) => heard.push(n)).unsubscribe();
    await op();
    expect(heard).toEqual([]);
  });

  it('is left behind by a switchMap', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('---a|');
      const op = Op.fromObservable(source);
      expectObservable(cold('a-b').pipe(Rx.switchMap(() => op))).toBe('-----a');
      expectSubscriptions(source.subscriptions).toBe(['^-!', '--^--!']);
    }));

  it('is a Left where the source completes without a value', async () => {
    const seen = await Op.fromObservable(Rx.EMPTY)();
    expect(E.isLeft(seen) && seen.left).toBeInstanceOf(UnexpectedError);
  });

  it('keeps undefined and null as values', async () => {
    expect(await Op.of(undefined)()).toEqual(E.right(undefined));
    expect(await Op.of(null)()).toEqual(E.right(null));
  });
});

describe('an Operation, as an Observable of RxJS,', () => {
  const op = Op.of(1);

  it('is one: by isObservable, by instanceof and by its own word', () => {
    expect(Rx.isObservable(op)).toBe(true);
    expect(op).toBeInstanceOf(Rx.Observable);
    expect(Rx.from(op)).toBe(op);
    expect(Reflect.apply(Reflect.get(op, Rx.observable), op, [])).toBe(op);
  });

  it('is subscribed to by all that takes one', async () => {
    expect(await Rx.firstValueFrom(op)).toBe(1);
    expect(await Rx.lastValueFrom(op)).toBe(1);
    expect(await Rx.firstValueFrom(Rx.forkJoin([op, Op.of('a')]))).toEqual([1, 'a']);
    expect(await Rx.firstValueFrom(Rx.forkJoin({ n: op }))).toEqual({ n: 1 });
    expect(await Rx.lastValueFrom(Rx.concat(op, op).pipe(Rx.toArray()))).toEqual([1, 1]);
    expect(await Rx.lastValueFrom(Rx.combineLatest([op, op]))).toEqual([1, 1]);
    expect(await op.toPromise()).toBe(1);
    const each: Array<number> = [];
    await op.forEach((n) => {
      each.push(n);
    });
    expect(each).toEqual([1]);
  });

  it('takes every form of an observer', () => {
    const heard: Array<unknown> = [];
    op.subscribe((n) => heard.push(n));
    op.subscribe({ next: (n) => heard.push(n), complete: () => heard.push('|') });
    op.subscribe(null, null, () => heard.push('|'));
    Op.fail(error).subscribe(undefined, (e: unknown) => heard.push(e));
    const subject = new Rx.Subject<number>();
    subject.subscribe((n) => heard.push(n));
    op.subscribe(subject);
    expect(heard).toEqual([1, 1, '|', '|', error, 1]);
    expect(op.subscribe().closed).toBe(true);
  });

  it('is lifted by operators, old and new', async () => {
    const twice: Rx.Operator<number, number> = {
      call: (observer, source) => source.pipe(Rx.map((n: number) => 2 * n)).subscribe(observer),
    };
    expect(await Rx.firstValueFrom(op.lift(twice))).toBe(2);
    expect(await Rx.firstValueFrom(op.pipe(Rx.map((n) => n + 1)))).toBe(2);
    expect(op.pipe()).toBe(op);
  });

  it('is a function all the same, with all that one has', async () => {
    expect(typeof op).toBe('function');
    const nobody = undefined as never;
    expect(await op.call(nobody)).toEqual(E.right(1));
    expect(await op.apply(nobody)).toEqual(E.right(1));
    expect(await op.bind(nobody)()).toEqual(E.right(1));
    expect(await Reflect.apply(op, undefined, [])).toEqual(E.right(1));
    expect(op.length).toBe(0);
  });

  it('has a toRun that is what it was made from, and one of any other Observable', async () => {
    const run = settled(E.right(1));
    expect(Op.toRun(Op.fromRun(run))).toBe(run);
    const other = Object.assign(async () => E.right(2), {
      subscribe: Rx.of(2).subscribe.bind(Rx.of(2)),
      [Rx.observable as unknown as 'then']: () => Rx.of(2),
    }) as unknown as Op.Operation<number>;
    expect(await Op.fromRun(Op.toRun(other))()).toEqual(E.right(2));
  });
});

describe('toPromise', () => {
  it('resolves with the value, and rejects with the error', async () => {
    expect(await Op.toPromise(Op.of(1))).toBe(1);
    await expect(Op.toPromise(Op.fail(error))).rejects.toBe(error);
  });
});

describe('lazily', () => {
  it('makes what it runs anew each time, and what is thrown there is a Left', async () => {
    let made = 0;
    const op = Op.lazily(() => {
      made += 1;
      if (made === 2) throw error;
      return settled(E.right(made));
    });
    expect(made).toBe(0);
    expect([await op(), await op(), await op()]).toEqual([E.right(1), E.left(error), E.right(3)]);
  });
});

describe('tryCatch', () => {
  it('names the reason of a rejection as it is told to', async () => {
    const reasons: Array<unknown> = [];
    const op = Op.tryCatch(
      () => Promise.reject('reason'),
      (reason) => {
        reasons.push(reason);
        return error;
      },
    );
    expect(await op()).toEqual(E.left(error));
    expect(reasons).toEqual(['reason']);
  });
});

describe('the type Operation<A>', () => {
  const op = Op.of(1);
  const toText = (n: number): string => String(n);

  it('is a TaskEither of fp-ts', () => {
    expectTypeOf(op).toExtend<TE.TaskEither<ResultStoreError, number>>();
    expectTypeOf(pipe(op, TE.map(toText))).toEqualTypeOf<TE.TaskEither<ResultStoreError, string>>();
    expectTypeOf(
      pipe(
        TE.of<ResultStoreError, null>(null),
        TE.chain(() => op),
      ),
    ).toEqualTypeOf<TE.TaskEither<ResultStoreError, number>>();
    expectTypeOf(TE.sequenceArray([op, op])).toEqualTypeOf<
      TE.TaskEither<ResultStoreError, ReadonlyArray<number>>
    >();
    expectTypeOf(op()).resolves.toEqualTypeOf<E.Either<ResultStoreError, number>>();
  });

  it('is an Observable of RxJS, without a cast', () => {
    expectTypeOf(op).toExtend<Rx.Observable<number>>();
    expectTypeOf(Rx.firstValueFrom(op)).resolves.toEqualTypeOf<number>();
    expectTypeOf(Rx.lastValueFrom(op)).resolves.toEqualTypeOf<number>();
    expectTypeOf(Rx.forkJoin({ op })).toEqualTypeOf<Rx.Observable<{ op: number }>>();
    expectTypeOf(Rx.merge(op, Op.of('a'))).toEqualTypeOf<Rx.Observable<number | string>>();
    expectTypeOf(Rx.of(op).pipe(Rx.mergeAll())).toEqualTypeOf<Rx.Observable<number>>();
    const keep = (source: Rx.Observable<number>): Rx.Observable<number> => source;
    expectTypeOf(keep(op)).toEqualTypeOf<Rx.Observable<number>>();
    expectTypeOf(op).toExtend<Rx.ObservableInput<number>>();
    expectTypeOf(Rx.from(op)).toEqualTypeOf<Rx.Observable<number>>();
    expectTypeOf(op.pipe(Rx.map(toText))).toEqualTypeOf<Rx.Observable<string>>();
    expectTypeOf(Rx.of('id').pipe(Rx.mergeMap(() => op))).toEqualTypeOf<Rx.Observable<number>>();
    expectTypeOf(Rx.forkJoin([op, Op.of('a')])).toEqualTypeOf<Rx.Observable<[number, string]>>();
    expectTypeOf(op.subscribe(toText)).toEqualTypeOf<Rx.Subscription>();
  });

  it('is the type of what each constructor and conversion makes', () => {
    expectTypeOf(Op.of('a')).toEqualTypeOf<Op.Operation<string>>();
    expectTypeOf(Op.fail(error)).toEqualTypeOf<Op.Operation<never>>();
    expectTypeOf(Op.fail(error)).toExtend<Op.Operation<string>>();
    expectTypeOf(Op.tryCatch(async () => 1)).toEqualTypeOf<Op.Operation<number>>();
    expectTypeOf(Op.fromEither(E.right(1))).toEqualTypeOf<Op.Operation<number>>();
    expectTypeOf(Op.fromTaskEither(op)).toEqualTypeOf<Op.Operation<number>>();
    expectTypeOf(Op.fromObservable(Rx.of(1))).toEqualTypeOf<Op.Operation<number>>();
  });
});
