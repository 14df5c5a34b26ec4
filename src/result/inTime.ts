/**
 * The deadline of what is made of a result once it is there, as by an asynchronous codec.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { ResultTimeout } from '../errors/errors.js';
import { MAX_SECONDS } from '../operation/maxWait.js';
import { type Run, started } from '../operation/run.js';
import type { ResultBackend } from './resultBackend.js';
import { TO_LOOK } from './taskWait.js';

/**
 * Fails with `ResultTimeout` where `run` takes longer than `seconds`, or a second if they
 * are fewer. What settles at once needs no timer.
 */
export const inTime = <A>(
  { deadlines }: ResultBackend,
  taskId: string,
  seconds: number | null,
  run: Run<A>,
): Run<A> => {
  if (seconds === null || seconds > MAX_SECONDS) return run;
  const limit = Math.max(TO_LOOK, seconds);
  return (settle) => {
    let isOver = false;
    const waiter = {
      due: () => {
        isOver = true;
        cancel?.();
        settle(E.left(new ResultTimeout(taskId, limit)));
      },
    };
    const cancel = started(
      () => run,
      (result) => {
        if (isOver) return;
        isOver = true;
        deadlines.delete(waiter, limit);
        settle(result);
      },
    );
    if (!isOver) deadlines.add(waiter, limit);
    return () => {
      isOver = true;
      deadlines.delete(waiter, limit);
      cancel?.();
    };
  };
};
