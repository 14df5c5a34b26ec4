/**
 * Storing a meta over whatever its key holds, except a SUCCESS, which is final.
 *
 * The server decides in one round trip where it can read what is there. Where it
 * can't, we read it, and store again on the condition that it has not changed.
 * Source: `_store_result` of Celery's `BaseKeyValueStoreBackend`, whose GET and SET
 * can be raced.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import type { StoreOutcome } from '../commands/commands.js';
import type { DecodeError } from '../errors.js';
import type { Operation } from '../operation.js';
import { SUCCESS } from '../states.js';
import type { TaskMeta } from '../wire/taskMeta.js';

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
export type Stored = Exclude<StoreOutcome, { readonly _tag: 'Undecided' }>;

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/** Fails with the `DecodeError` of what the key holds where that is no meta, and leaves it there. */
export const storeGuarded = (
  store: (expected?: Buffer) => Operation<StoreOutcome>,
  decode: (held: Buffer) => E.Either<DecodeError, TaskMeta>,
): Rx.Observable<Stored> => {
  const settle = (outcome: StoreOutcome): Rx.ObservableInput<Stored> => {
    if (outcome._tag !== 'Undecided') return [outcome];
    const held = decode(outcome.current);
    if (E.isLeft(held)) return Rx.throwError(() => held.left);
    return held.right.status === SUCCESS
      ? [{ _tag: 'Kept' }]
      : store(outcome.current).pipe(Rx.mergeMap(settle));
  };
  return store().pipe(Rx.mergeMap(settle));
};
