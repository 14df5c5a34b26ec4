/**
 * `Operation<A>`: one Redis operation that is both a `TaskEither<ResultStoreError, A>`
 * and an RxJS `Observable<A>`.
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
import { abortable, type WaitOptions } from './abort.js';
import {
  fromPromise,
  fromSource,
  observed,
  type Result,
  type Run,
  settled,
  started,
} from './run.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A single-valued operation on the store: a `TaskEither` when called, an Observable when
 * subscribed to. It runs anew each time, and never rejects.
 *
 * @category model
 * @since 0.1.0
 */
export interface Operation<A> extends TaskEither<ResultStoreError, A>, Rx.Observable<A> {}

const RUN = Symbol('run');

/**
 * What an operation is besides a function: an Observable with a `subscribe` of its own, on
 * which all that an Observable has is built. A function's own methods are put back.
 */
class Views extends Rx.Observable<unknown> {
  declare readonly [RUN]: Run<unknown>;
  declare call: unknown;
  declare apply: unknown;
  declare bind: unknown;
  override subscribe(...observer: ReadonlyArray<unknown>): Rx.Subscription {
    return Reflect.apply(Rx.Observable.prototype.subscribe, observed(this[RUN]), observer);
  }
}
const { call, apply, bind } = Function.prototype;
Object.assign(Views.prototype, { call, apply, bind });

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * Both views of `run`: the promise and the Observable of what it settles with.
 *
 * @internal
 */
export const fromRun = <A>(run: Run<A>): Operation<A> => {
  const operation = () =>
    new Promise<E.Either<ResultStoreError, A>>((resolve) => {
      started(() => run, resolve);
    });
  operation[RUN] = run;
  return Object.setPrototypeOf(operation, Views.prototype);
};

/** @internal */
export const toRun = <A>(operation: Operation<A>): Run<A> =>
  (operation as { readonly [RUN]?: Run<A> })[RUN] ?? fromSource(operation);

/**
 * The first value of `source`, whose errors become `ResultStoreError`s.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromObservable = <A>(source: Rx.Observable<A>): Operation<A> =>
  fromRun(fromSource(source));

/**
 * Runs the task anew at each call and subscription.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromTaskEither = <A>(task: TaskEither<ResultStoreError, A>): Operation<A> =>
  fromRun(fromTask(task));

/** @internal */
export const fromTask =
  <A>(task: TaskEither<ResultStoreError, A>): Run<A> =>
  (settle) =>
    fromPromise(task)((result) => settle(E.chain(eitherOrError<A>)(result)));

/** A task of no `Either`, such as an async function, passes where types are not looked at. */
const eitherOrError = <A>(u: Result<A>): Result<A> =>
  isEither(u) ? u : E.left(new UnexpectedError('the task gave no Either'));

const isEither = (u: unknown): boolean =>
  typeof u === 'object' && u !== null && '_tag' in u && (u._tag === 'Right' || u._tag === 'Left');

/**
 * A value or an error that is there already.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromEither = <A>(either: E.Either<ResultStoreError, A>): Operation<A> =>
  fromRun(settled(either));

/**
 * Runs it, and rejects where it fails: for code that lives by exceptions. With `Aborted`
 * where the `signal` aborts before.
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
export const toPromise = <A>(operation: Operation<A>, { signal }: WaitOptions = {}): Promise<A> =>
  Rx.lastValueFrom(withSignal(signal)(operation));

export { iterate } from './iterate.js';

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/**
 * Ends an operation when the signal aborts: it is cancelled, as by unsubscribing, and fails
 * with `Aborted`. The signal has no listener once the operation is over. Streams have
 * `untilAborted`.
 *
 * @example
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { operation, RedisBackend } from 'chordis'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * const never = backend.ensure(() => new Promise<number>(() => {}), [])
 * const controller = new AbortController()
 * setTimeout(() => controller.abort(), 10)
 *
 * const outcome = await pipe(never, operation.withSignal(controller.signal))()
 * console.log(outcome._tag === 'Left' && outcome.left._tag) // => Aborted
 * await backend.close()()
 *
 * @category combinators
 * @since 0.1.0
 */
export const withSignal =
  (signal: AbortSignal | undefined) =>
  <A>(operation: Operation<A>): Operation<A> =>
    signal === undefined ? operation : fromRun(abortable(signal)(toRun(operation)));

export { untilAborted, type WaitOptions } from './abort.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * A value that is there already.
 *
 * @category constructors
 * @since 0.1.0
 */
export const of = <A>(a: A): Operation<A> => fromEither(E.right(a));

/**
 * An error that is there already.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fail = <A = never>(error: ResultStoreError): Operation<A> => fromEither(E.left(error));

/**
 * Runs the promise anew at each call and subscription.
 *
 * @category constructors
 * @since 0.1.0
 */
export const tryCatch = <A>(
  promise: LazyArg<Promise<A>>,
  onRejected: (reason: unknown) => ResultStoreError = fromUnknown,
): Operation<A> => fromRun(fromPromise(promise, onRejected));

/**
 * Made anew at each call and subscription; what `make` throws is an `UnexpectedError`.
 *
 * @internal
 */
export const lazily = <A>(make: () => Run<A>): Operation<A> => fromRun((settle) => make()(settle));
