/**
 * `Run`: the one effect beneath every operation. It tells its result to a callback, once,
 * and what it returns cancels it: then nothing is told any more.
 *
 * A function given to these may throw: that is an `UnexpectedError`, as any other result.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { fromUnknown, type ResultStoreError, UnexpectedError } from '../errors/errors.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export type Result<A> = E.Either<ResultStoreError, A>;

export type Settle<A> = (result: Result<A>) => void;

export type Cancel = (() => void) | undefined;

export type Run<A> = (settle: Settle<A>) => Cancel;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** A result that is there already. */
export const settled =
  <A>(result: Result<A>): Run<A> =>
  (settle) => {
    settle(result);
    return undefined;
  };

/** There is nothing to do. */
export const nothing: Run<void> = settled(E.right(undefined));

/** Made anew each time it is run. */
export const defer =
  <A>(make: () => Run<A>): Run<A> =>
  (settle) =>
    started(make, settle);

/** The first value of `source`. */
export const fromSource =
  <A>(source: Rx.ObservableInput<A>): Run<A> =>
  (settle) => {
    let isEmpty = true;
    const subscription = Rx.from(source)
      .pipe(Rx.take(1))
      .subscribe({
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
  };

const noValue = () => new UnexpectedError(new Error('The operation completed without a value'));

/** Calls for a promise each time it is run. */
export const fromPromise =
  <A>(make: () => PromiseLike<A>, onRejected = fromUnknown): Run<A> =>
  (settle) => {
    let isCancelled = false;
    const end = (result: Result<A>): void => {
      if (!isCancelled) settle(result);
    };
    try {
      make().then(
        (a) => end(E.right(a)),
        (reason) => end(E.left(onRejected(reason))),
      );
    } catch (thrown) {
      end(E.left(onRejected(thrown)));
    }
    return () => {
      isCancelled = true;
    };
  };

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/** `run`, and then, unless it was cancelled meanwhile, what `next` makes of its result. */
export const continueWith =
  <A, B>(run: Run<A>, next: (result: Result<A>) => Run<B>): Run<B> =>
  (settle) => {
    let isCancelled = false;
    let second: Cancel;
    const first = run((result) => {
      if (!isCancelled) second = started(() => next(result), settle);
    });
    return () => {
      isCancelled = true;
      first?.();
      second?.();
    };
  };

export const chain =
  <A, B>(next: (a: A) => Run<B>) =>
  (run: Run<A>): Run<B> =>
    continueWith(run, (result) => (E.isLeft(result) ? settled(result) : next(result.right)));

/** `run`, and where it fails what `next` makes of its error. */
export const orElse =
  <A>(run: Run<A>, next: (error: ResultStoreError) => Run<A>): Run<A> =>
  (settle) => {
    let second: Cancel;
    const first = run((result) => {
      if (E.isRight(result)) settle(result);
      else second = started(() => next(result.left), settle);
    });
    return () => {
      first?.();
      second?.();
    };
  };

/** Runs one, and calls `over` once: just before the result is told, or when it is cancelled. */
export const finalize =
  <A>(make: () => Run<A>, over: () => void): Run<A> =>
  (settle) => {
    let isOver = false;
    const end = (): void => {
      if (!isOver) over();
      isOver = true;
    };
    const cancel = started(make, (result) => {
      end();
      settle(result);
    });
    return () => {
      end();
      cancel?.();
    };
  };

export const map =
  <A, B>(f: (a: A) => B) =>
  (run: Run<A>): Run<B> =>
  (settle) =>
    run((result) =>
      settle(E.isLeft(result) ? result : E.tryCatch(() => f(result.right), fromUnknown)),
    );

/** One after another, to the first that fails. */
export const inTurn = <A>(items: ReadonlyArray<A>, f: (a: A) => Run<unknown>): Run<void> =>
  fromSource(
    Rx.from(items).pipe(
      Rx.concatMap((a) => observed(f(a))),
      Rx.map(() => undefined),
      Rx.last(null, undefined),
    ),
  );

/** What it settles with, as an Observable of one value. */
export const observed = <A>(run: Run<A>): Rx.Observable<A> =>
  new Rx.Observable((observer) =>
    started(
      () => run,
      (result) => {
        if (E.isLeft(result)) {
          observer.error(result.left);
        } else {
          observer.next(result.right);
          observer.complete();
        }
      },
    ),
  );

/** Runs one, and what it throws before it has told its result is that result. */
export const started = <A>(make: () => Run<A>, settle: Settle<A>): Cancel => {
  let isSettled = false;
  try {
    return make()((result) => {
      isSettled = true;
      settle(result);
    });
  } catch (thrown) {
    if (isSettled) throw thrown;
    settle(E.left(fromUnknown(thrown)));
    return undefined;
  }
};
