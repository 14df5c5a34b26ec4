/**
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { Aborted } from '../errors/errors.js';
import { type Cancel, type Result, type Run, settled, started } from './run.js';

/** `run`; once `signal` is aborted it is cancelled, and an `Aborted`. */
export const abortable =
  (signal: AbortSignal | undefined) =>
  <A>(run: Run<A>): Run<A> => {
    if (signal === undefined) return run;
    return (settle) => {
      if (signal.aborted) return settled(E.left(new Aborted(signal.reason)))(settle);
      let cancel: Cancel;
      let isOver = false;
      const over = (): void => {
        isOver = true;
        signal.removeEventListener('abort', abort);
      };
      const end = (result: Result<never> | Result<A>): void => {
        if (isOver) return;
        over();
        settle(result);
      };
      const abort = (): void => {
        cancel?.();
        end(E.left(new Aborted(signal.reason)));
      };
      signal.addEventListener('abort', abort);
      cancel = started(() => run, end);
      // it may have aborted itself
      if (isOver) cancel?.();
      return () => {
        over();
        cancel?.();
      };
    };
  };
