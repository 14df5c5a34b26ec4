/**
 * What was lost when a link broke may have been lost because of one of those under way: a
 * reply that is too large, say, or a key that a proxy hangs up on. So what is run again goes
 * one after another, and what breaks the link once more breaks it for itself.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { ConnectionError, type ResultStoreError } from '../errors/errors.js';
import { isConnectionError } from '../errors/retryable.js';
import { type Cancel, type Run, started } from '../operation/run.js';

/** Whether the link broke under it. */
export const wasCut = (error: ResultStoreError): boolean =>
  error instanceof ConnectionError && error.sent;

export class Line {
  private waiting: Array<() => void> = [];
  private isBusy = false;

  /** Runs once those before it have ended; at once where they find no server to answer. */
  inTurn<A>(run: Run<A>): Run<A> {
    return (settle) => {
      let cancel: Cancel;
      let isOver = false;
      let isRunning = false;
      const turn = (): void => {
        if (isOver) {
          this.next();
          return;
        }
        isRunning = true;
        cancel = started(
          () => run,
          (result) => {
            isOver = true;
            if (E.isLeft(result) && isConnectionError(result.left) && !wasCut(result.left)) {
              this.letAllGo();
            } else this.next();
            settle(result);
          },
        );
      };
      if (this.isBusy) this.waiting.push(turn);
      else {
        this.isBusy = true;
        turn();
      }
      return () => {
        if (isOver) return;
        isOver = true;
        cancel?.();
        if (isRunning) this.next();
      };
    };
  }

  private next(): void {
    const turn = this.waiting.shift();
    if (turn === undefined) this.isBusy = false;
    else turn();
  }

  /** They would meet the same, one deadline after another. */
  private letAllGo(): void {
    const all = this.waiting;
    this.waiting = [];
    this.isBusy = false;
    for (const turn of all) turn();
  }
}
