/**
 * Publishing under the retry policy, and undoing what went before where nothing is out.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid } from 'fp-ts/lib/function.js';
import { isConnectionError } from '../errors/retryable.js';
import { continueWith, type Run, settled, started } from '../operation/run.js';
import type { Broker } from '../port/broker.js';
import type { Execution, Retrying } from '../store/execution.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** For one sending. */
export interface Publishing {
  readonly publish: Broker['publish'];
  /** Whether the broker may have a message: a lost connection does not tell. */
  readonly mayBeOut: () => boolean;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const publishing = (execution: Execution, broker: Broker): Publishing => {
  let mayBeOut = false;
  const tried: Broker['publish'] = (messages) => (settle) => {
    const before = mayBeOut;
    mayBeOut = true;
    return broker.publish(messages)((result) => {
      mayBeOut = before || isOut(result);
      settle(result);
    });
  };
  return {
    publish: (messages) => execution.retried(tried(messages), readinessOf(broker)),
    mayBeOut: () => mayBeOut,
  };
};

/** That of the broker, which is not the store's. */
export const readinessOf = (broker: Broker): Retrying => ({
  isReady: () => broker.isReady?.() ?? true,
});

const isOut = (result: E.Either<unknown, void>): boolean =>
  E.isRight(result) || (isConnectionError(result.left) && result.left.sent);

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/** Where it fails or is cancelled, what it has written is undone, unless a message may be out. */
export const undoing =
  (undo: Run<unknown>, { mayBeOut }: Publishing) =>
  <A>(run: Run<A>): Run<A> =>
  (settle) => {
    let isOver = false;
    const cancel = started(
      () =>
        continueWith(run, (result) =>
          E.isRight(result) || mayBeOut()
            ? settled(result)
            : continueWith(undo, () => settled<A>(result)),
        ),
      (result) => {
        isOver = true;
        settle(result);
      },
    );
    return () => {
      cancel?.();
      if (!isOver && !mayBeOut()) undo(constVoid);
    };
  };
