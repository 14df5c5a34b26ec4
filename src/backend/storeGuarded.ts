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
import type { DecodeError, ResultStoreError } from '../errors.js';
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
export type Stored =
  | { readonly _tag: 'Stored'; readonly receivers: number }
  | { readonly _tag: 'Kept' };

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/**
 * Makes the write when subscribed to. Fails with the `DecodeError` of what the key holds
 * where that is no meta, and leaves it there.
 *
 * Every result passes here, so it subscribes by hand: `mergeMap` would cost as much as
 * all the rest.
 */
export const storeGuarded = <W>(
  write: () => E.Either<ResultStoreError, W>,
  store: (write: W, expected?: Buffer) => Rx.Subscribable<StoreOutcome>,
  decode: (write: W, held: Buffer) => E.Either<DecodeError, TaskMeta>,
): Rx.Observable<Stored> =>
  new Rx.Observable((observer) => {
    const attempt = (made: W, expected?: Buffer): Rx.Unsubscribable =>
      store(made, expected).subscribe({
        next: (outcome) => {
          if (outcome._tag !== 'Undecided') return done(outcome);
          const held = decode(made, outcome.current);
          if (E.isLeft(held)) return observer.error(held.left);
          if (held.right.status === SUCCESS) return done({ _tag: 'Kept' });
          observer.add(attempt(made, outcome.current));
        },
        error: (error) => observer.error(error),
      });
    const done = (stored: Stored): void => {
      observer.next(stored);
      observer.complete();
    };
    const made = write();
    if (E.isLeft(made)) observer.error(made.left);
    else observer.add(attempt(made.right));
  });
