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

  it('is an ObservableInput of RxJS', () => {
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
