/**
 * Storing a meta over whatever its key holds, except a SUCCESS, which is final.
 *
 * The server decides in one round trip where it can read what is there. Where it
 * can't, we read it, and store again on the condition that it has not changed.
 * Source: `_store_result` of Celery's `BaseKeyValueStoreBackend`, whose GET and SET
 * can be raced. As there, what is held is looked at even where there is nothing to write.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { DecodeError, ResultStoreError } from '../errors/errors.js';
import { continueWith, type Run, settled } from '../operation/run.js';
import type { StoreOutcome } from '../port/commands.js';
import { SUCCESS } from '../states.js';
import type { TaskMeta } from '../wire/meta.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * - `Stored`: written and published; `receivers` subscribers heard;
 * - `Kept`: the task had succeeded already, and its result stays as it is.
 *
 * @category model
 * @since 0.1.0
 */
export type Stored =
  | { readonly _tag: 'Stored'; readonly receivers: number }
  | { readonly _tag: 'Kept' };

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/** What a guarded store is made of: `T` is what is to be stored, `W` the write that is made of it. */
export interface Guarded<T, W> {
  readonly write: (task: T) => E.Either<ResultStoreError, W>;
  readonly store: (write: W, expected?: Buffer) => Run<StoreOutcome>;
  readonly decode: (write: W, held: Buffer, task: T) => E.Either<DecodeError, TaskMeta>;
  /** What becomes of a write that could not be made, or not be stored. */
  readonly refused?: (error: ResultStoreError, task: T) => Run<Stored>;
}

/**
 * Makes the write when run. Fails with the `DecodeError` of what the key holds where that
 * is no meta, and leaves it there.
 *
 * @internal
 */
export const storeGuarded = <T, W>({
  write,
  store,
  decode,
  refused = (error) => settled(E.left(error)),
}: Guarded<T, W>): ((task: T) => Run<Stored>) => {
  const attempt = (task: T, made: W, expected?: Buffer): Run<Stored> =>
    continueWith(store(made, expected), (outcome) => {
      if (E.isLeft(outcome)) return refused(outcome.left, task);
      if (outcome.right._tag !== 'Undecided') return settled(E.right(outcome.right));
      const held = decode(made, outcome.right.current, task);
      if (E.isLeft(held)) return settled(held);
      return held.right.status === SUCCESS
        ? settled(E.right({ _tag: 'Kept' }))
        : attempt(task, made, outcome.right.current);
    });
  return (task) => (settle) => {
    const made = write(task);
    return (E.isLeft(made) ? refused(made.left, task) : attempt(task, made.right))(settle);
  };
};
