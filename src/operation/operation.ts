/**
 * `Operation<A>`: one Redis operation that is both a `TaskEither<ResultStoreError, A>`
 * and an RxJS `ObservableInput<A>`.
 *
 * It is lazy: each call and each subscription runs it again. It never rejects: a
 * failure is a `Left` when called and an error notification when subscribed to, and
 * it is the same value in both. Unsubscribing stops its retries and drops its reply.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { LazyArg } from 'fp-ts/lib/function.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import * as Rx from 'rxjs';
import { fromUnknown, type ResultStoreError, UnexpectedError } from '../errors/errors.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A single-valued operation on the store: a `TaskEither` when called, an RxJS source when
 * subscribed to. It runs anew each time, and never rejects.
 *
 * @category model
 * @since 0.1.0
 */
export interface Operation<A>
  extends TaskEither<ResultStoreError, A>,
    Rx.InteropObservable<A>,
    Rx.Subscribable<A> {
  /** As an Observable's. */
  readonly subscribe: Rx.Observable<A>['subscribe'];
  /** As an Observable's: what comes out is an Observable. */
  readonly pipe: Rx.Observable<A>['pipe'];
}

/**
 * What is beneath an operation: it tells its result to a callback, once, and what it
 * returns cancels it. Most operations are made from Observables; those that every result
 * passes through are made from these, at a fraction of the cost.
 *
 * @internal
 */
export type Run<A> = (settle: (result: E.Either<ResultStoreError, A>) => void) => Cancel;

/** @internal */
export type Cancel = (() => void) | undefined;

const RUN = Symbol('run');

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * The first value of `source`, whose errors become `ResultStoreError`s.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromObservable = <A>(source: Rx.Observable<A>): Operation<A> =>
  fromSingle(source.pipe(Rx.take(1)));

/**
 * `fromObservable` for a source that is known to emit no more than once.
 *
 * @internal
 */
export const fromSingle = <A>(source: Rx.Observable<A>): Operation<A> =>
  fromRun((settle) => {
    let isEmpty = true;
    const subscription = source.subscribe({
      next: (a) => {
        isEmpty = false;
        settle(E.right(a));
      },
      error: (error) => settle(E.left(fromUnknown(error))),
      complete: () => {
        if (isEmpty) settle(E.left(noValue()));
      },
    });
    return () => subscription.unsubscribe();
  });

/**
 * Both views of `run`: the promise and the Observable of what it settles with.
 *
 * @internal
 */
export const fromRun = <A>(run: Run<A>): Operation<A> => {
  const operation = () => new Promise(run);
  operation[RUN] = run;
  return Object.setPrototypeOf(operation, Views.prototype);
};

/** What an operation is besides a function. On a prototype, since operations are many. */
class Views {
  declare readonly [RUN]: Run<unknown>;
  get subscribe() {
    const single = observed(this[RUN]);
    return single.subscribe.bind(single);
  }
  get pipe() {
    const single = observed(this[RUN]);
    return single.pipe.bind(single);
  }
  [Rx.observable]() {
    return observed(this[RUN]);
  }
}
Object.setPrototypeOf(Views.prototype, Function.prototype);

const observed = <A>(run: Run<A>): Rx.Observable<A> =>
  new Rx.Observable((observer) =>
    run((result) => {
      if (E.isLeft(result)) {
        observer.error(result.left);
      } else {
        observer.next(result.right);
        observer.complete();
      }
    }),
  );

/** @internal */
export const toRun = <A>(operation: Operation<A>): Run<A> =>
  (operation as { readonly [RUN]?: Run<A> })[RUN] ??
  ((settle) => {
    const subscription = operation.subscribe({
      next: (a) => settle(E.right(a)),
      error: (error) => settle(E.left(error)),
    });
    return () => subscription.unsubscribe();
  });

/** @internal */
export const settled =
  <A>(result: E.Either<ResultStoreError, A>): Run<A> =>
  (settle) => {
    settle(result);
    return undefined;
  };

/**
 * `run`, and then, unless it was cancelled meanwhile, what `next` makes of its result.
 *
 * @internal
 */
export const continueWith =
  <A, B>(run: Run<A>, next: (result: E.Either<ResultStoreError, A>) => Run<B>): Run<B> =>
  (settle) => {
    let isCancelled = false;
    let second: Cancel;
    const first = run((result) => {
      if (!isCancelled) second = next(result)(settle);
    });
    return () => {
      isCancelled = true;
      first?.();
      second?.();
    };
  };

const noValue = () => new UnexpectedError(new Error('The operation completed without a value'));

/**
 * Runs the task anew at each call and subscription.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromTaskEither = <A>(task: TaskEither<ResultStoreError, A>): Operation<A> =>
  fromObservable(Rx.defer(task).pipe(Rx.mergeMap(orThrow)));

/**
 * A value or an error that is there already.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromEither = <A>(either: E.Either<ResultStoreError, A>): Operation<A> =>
  fromObservable(orThrow(either));

/**
 * Runs it, and rejects where it fails: for code that lives by exceptions.
 *
 * @example
 * import { operation, RedisBackend } from 'chordis'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * const meta = await operation.toPromise(backend.getTaskMeta('4f1b'))
 * console.log(meta.status) // => PENDING
 * await operation.toPromise(backend.close())
 *
 * @category conversions
 * @since 0.1.0
 */
export const toPromise = <A>(operation: Operation<A>): Promise<A> =>
  Rx.lastValueFrom(Rx.from(operation));

const orThrow = <A>(either: E.Either<ResultStoreError, A>): Rx.Observable<A> =>
  E.isRight(either) ? Rx.of(either.right) : Rx.throwError(() => either.left);

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * A value that is there already.
 *
 * @category constructors
 * @since 0.1.0
 */
export const of = <A>(a: A): Operation<A> => fromObservable(Rx.of(a));

/**
 * An error that is there already.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fail = <A = never>(error: ResultStoreError): Operation<A> =>
  fromObservable(Rx.throwError(() => error));

/**
 * Runs the promise anew at each call and subscription.
 *
 * @category constructors
 * @since 0.1.0
 */
export const tryCatch = <A>(
  promise: LazyArg<Promise<A>>,
  onRejected: (reason: unknown) => ResultStoreError = fromUnknown,
): Operation<A> =>
  fromObservable(
    Rx.defer(promise).pipe(Rx.catchError((reason) => Rx.throwError(() => onRejected(reason)))),
  );
