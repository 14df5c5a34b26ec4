/**
 * How far a group is, counted as its members become ready.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { atEndOfTick } from '../operation/endOfTick.js';
import { PROPAGATE_STATES } from '../states.js';
import { type Joinable, leavesOf } from './members.js';
import { outcomes } from './outcomes.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * How many tasks of a group, those of nested groups among them, are ready; `failed` of these
 * have failed or were revoked.
 *
 * @category model
 * @since 0.1.0
 */
export interface GroupProgress {
  readonly ready: number;
  readonly total: number;
  readonly failed: number;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** At the end of this tick, and of each further one in which a member became ready. */
export const progress = (results: ReadonlyArray<Joinable>): Rx.Observable<GroupProgress> =>
  new Rx.Observable((observer) => {
    const members = leavesOf(results);
    const total = members.length;
    let ready = 0;
    let failed = 0;
    let isDue = false;
    const tell = (): void => {
      isDue = false;
      observer.next({ ready, total, failed });
      if (ready === total) observer.complete();
    };
    const tellSoon = (): void => {
      if (!isDue) atEndOfTick(tell);
      isDue = true;
    };
    tellSoon();
    return outcomes(members, null).subscribe({
      next: ({ meta }) => {
        if (E.isLeft(meta)) return observer.error(meta.left);
        ready += 1;
        if (PROPAGATE_STATES.has(meta.right.status)) failed += 1;
        tellSoon();
      },
    });
  });
