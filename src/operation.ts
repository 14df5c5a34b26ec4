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
import { fromUnknown, type ResultStoreError, UnexpectedError } from './errors.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
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
export const fromSingle = <A>(source: Rx.Observable<A>): Operation<A> => {
  const single = new Rx.Observable<A>((observer) => {
    let isEmpty = true;
    return source.subscribe({
      next: (a) => {
        isEmpty = false;
        observer.next(a);
      },
      error: (error) => observer.error(fromUnknown(error)),
      complete: () => (isEmpty ? observer.error(noValue()) : observer.complete()),
    });
  });
  const run = () =>
    new Promise<E.Either<ResultStoreError, A>>((resolve) => {
      single.subscribe({
        next: (a) => resolve(E.right(a)),
        error: (error: ResultStoreError) => resolve(E.left(error)),
      });
    });
  // RxJS's interop key is a string where nobody made Symbol.observable, which no type can say
  const interop = { [Rx.observable]: () => single } as unknown as Rx.InteropObservable<A>;
  return Object.assign(run, interop, {
    subscribe: single.subscribe.bind(single),
    pipe: single.pipe.bind(single),
  });
};

const noValue = () => new UnexpectedError(new Error('The operation completed without a value'));

/**
 * @category conversions
 * @since 0.1.0
 */
export const fromTaskEither = <A>(task: TaskEither<ResultStoreError, A>): Operation<A> =>
  fromObservable(Rx.defer(task).pipe(Rx.mergeMap(orThrow)));

/**
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
 * @category constructors
 * @since 0.1.0
 */
export const of = <A>(a: A): Operation<A> => fromObservable(Rx.of(a));

/**
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
