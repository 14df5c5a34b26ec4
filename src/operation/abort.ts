/**
 * Ends a wait by an `AbortSignal`: it fails with `Aborted`, and what it waited for is left.
 *
 * A signal may outlive any number of waits, as that of a server's own end does. So however
 * many they are, it has one listener, and none once they are over.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { Aborted, InvalidArgument } from '../errors/errors.js';
import { isolated } from './isolated.js';
import { type Cancel, type Result, type Run, type Settle, settled, started } from './run.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * How a wait can be ended from outside.
 *
 * @category model
 * @since 0.1.0
 */
export interface WaitOptions {
  /** Ends the wait when it aborts, with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/**
 * The same run where there is no signal.
 *
 * @internal
 */
export const abortable =
  (signal: AbortSignal | undefined) =>
  <A>(run: Run<A>): Run<A> => {
    if (isNone(signal)) return run;
    if (!isSignal(signal)) return settled<A>(E.left(notASignal()));
    return (settle) =>
      signal.aborted
        ? settled<A>(E.left(new Aborted(signal.reason)))(settle)
        : new Abortable(signal, settle).begin(run);
  };

/** Null too, as for `fetch`. */
const isNone = (signal: AbortSignal | undefined): signal is undefined =>
  signal === undefined || signal === null;

/** Of any library. */
const isSignal = (signal: AbortSignal): boolean =>
  typeof signal.aborted === 'boolean' &&
  typeof signal.addEventListener === 'function' &&
  typeof signal.removeEventListener === 'function';

const notASignal = (): InvalidArgument => new InvalidArgument('signal', 'must be an AbortSignal.');

/** One object, since a signal may end any number of them. */
class Abortable<A> implements Endable {
  private cancel: Cancel;
  private isOver = false;

  constructor(
    private readonly signal: AbortSignal,
    private readonly settle: Settle<A>,
  ) {}

  begin(run: Run<A>): Cancel {
    waitsOn(this.signal).add(this);
    this.cancel = started(
      () => run,
      (result) => this.end(result),
    );
    // it may have aborted itself
    if (this.isOver) this.cancel?.();
    return () => {
      this.leave();
      this.cancel?.();
    };
  }

  abort(): void {
    this.cancel?.();
    this.end(E.left(new Aborted(this.signal.reason)));
  }

  private end(result: Result<A>): void {
    if (this.isOver) return;
    this.leave();
    this.settle(result);
  }

  private leave(): void {
    this.isOver = true;
    waitsOf.get(this.signal)?.delete(this);
  }
}

/**
 * Fails a stream with `Aborted` when the signal aborts, and leaves its source. What is no signal
 * is an `InvalidArgument`.
 *
 * ```text
 * source   --a--b--c--d|
 * signal   -------!
 * result   --a--b-#
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const untilAborted = (
  signal: AbortSignal | undefined,
): (<A>(source: Rx.Observable<A>) => Rx.Observable<A>) => {
  if (isNone(signal)) return (source) => source;
  const ended = isSignal(signal) ? aborted(signal) : Rx.throwError(notASignal);
  return (source) => source.pipe(Rx.takeUntil(ended));
};

const aborted = (signal: AbortSignal): Rx.Observable<never> =>
  new Rx.Observable((observer) => {
    const abort = (): void => observer.error(new Aborted(signal.reason));
    if (signal.aborted) return abort();
    const end = { abort };
    waitsOn(signal).add(end);
    return () => waitsOf.get(signal)?.delete(end);
  });

// -------------------------------------------------------------------------------------
// the listener of a signal
// -------------------------------------------------------------------------------------

interface Endable {
  readonly abort: () => void;
}

class Waits {
  private readonly ends = new Set<Endable>();

  constructor(private readonly signal: AbortSignal) {
    waitsOf.set(signal, this);
    signal.addEventListener('abort', this);
  }

  add(end: Endable): void {
    this.ends.add(end);
  }

  delete(end: Endable): void {
    if (this.ends.delete(end) && this.ends.size === 0) this.leave();
  }

  /** As the DOM calls a listener that is an object. */
  handleEvent(): void {
    // one that is let go of meanwhile is not told
    for (const end of this.ends) isolated(() => end.abort());
    this.leave();
  }

  private leave(): void {
    waitsOf.delete(this.signal);
    this.signal.removeEventListener('abort', this);
  }
}

const waitsOf = new WeakMap<AbortSignal, Waits>();

const waitsOn = (signal: AbortSignal): Waits => waitsOf.get(signal) ?? new Waits(signal);
