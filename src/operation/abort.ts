/**
 * Ends a wait by an `AbortSignal`: it fails with `Aborted`, and what it waited for is left.
 *
 * A signal may outlive any number of waits, as that of a server's own end does. So however
 * many they are, it has one listener, and none once they are over.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid } from 'fp-ts/lib/function.js';
import * as Rx from 'rxjs';
import { Aborted } from '../errors/errors.js';
import { isolated } from './isolated.js';
import { type Cancel, type Result, type Run, started } from './run.js';

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
  <A>(run: Run<A>): Run<A> =>
    signal === undefined ? run : (settle) => waitingFor(signal, run, settle);

const waitingFor = <A>(
  signal: AbortSignal,
  run: Run<A>,
  settle: (result: Result<A>) => void,
): Cancel => {
  let isAborted = false;
  let cancel: Cancel;
  const forget = onAbort(signal, () => {
    isAborted = true;
    cancel?.();
    settle(E.left(new Aborted(signal.reason)));
  });
  if (isAborted) return undefined;
  cancel = started(
    () => run,
    (result) => {
      forget();
      if (!isAborted) settle(result);
    },
  );
  // by the run itself, before it could be cancelled
  if (isAborted) cancel?.();
  return () => {
    forget();
    cancel?.();
  };
};

/**
 * Fails a stream with `Aborted` when the signal aborts, and leaves its source.
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
): (<A>(source: Rx.Observable<A>) => Rx.Observable<A>) =>
  signal === undefined
    ? (source) => source
    : (source) => source.pipe(Rx.takeUntil(aborted(signal)));

const aborted = (signal: AbortSignal): Rx.Observable<never> =>
  new Rx.Observable((observer) =>
    onAbort(signal, () => observer.error(new Aborted(signal.reason))),
  );

// -------------------------------------------------------------------------------------
// the listener of a signal
// -------------------------------------------------------------------------------------

class Waits {
  private readonly ends = new Set<() => void>();

  constructor(private readonly signal: AbortSignal) {
    waitsOf.set(signal, this);
    signal.addEventListener('abort', this);
  }

  add(end: () => void): () => void {
    this.ends.add(end);
    return () => {
      if (this.ends.delete(end) && this.ends.size === 0) this.leave();
    };
  }

  /** As the DOM calls a listener that is an object. */
  handleEvent(): void {
    this.leave();
    // one that is forgotten meanwhile is not called
    for (const end of this.ends) isolated(end);
  }

  private leave(): void {
    waitsOf.delete(this.signal);
    this.signal.removeEventListener('abort', this);
  }
}

const waitsOf = new WeakMap<AbortSignal, Waits>();

/** Calls `end` once, at once where the signal has aborted already; what it returns forgets it. */
const onAbort = (signal: AbortSignal, end: () => void): (() => void) => {
  if (signal.aborted) {
    end();
    return constVoid;
  }
  return (waitsOf.get(signal) ?? new Waits(signal)).add(end);
};
