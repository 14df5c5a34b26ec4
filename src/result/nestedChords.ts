/**
 * Chords in the header of a chord. Where the body of one fails, Celery's workers leave the
 * chord around it waiting, and its body never comes; who waits for that body has to look.
 * Source: `_maybe_reraise_parent_error` in `celery/result.py`, which looks at all that came
 * before a result. Other failures are stored for each task that they keep from running.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import { fromSource, observed, type Run } from '../operation/run.js';
import { isReady } from '../states.js';
import type { ResultTuple } from '../wire/resultTuple.js';
import { outcome } from './outcome.js';
import type { ResultBackend } from './resultBackend.js';

/** `run`, or the failure of one of these bodies, whichever comes first. */
export const unlessOneFails =
  (backend: ResultBackend, bodies: ReadonlyArray<string>) =>
  <A>(run: Run<A>): Run<A> =>
    bodies.length === 0
      ? run
      : fromSource(Rx.merge(observed(run), ...bodies.map((id) => failure(backend, id))));

const failure = (backend: ResultBackend, id: string): Rx.Observable<never> =>
  backend.resultConsumer.consumeFrom(id).pipe(
    // what goes wrong with the watch itself, that of the result meets, too
    Rx.catchError(() => Rx.EMPTY),
    Rx.filter(({ status }) => isReady(status)),
    Rx.mergeMap((meta) => observed(outcome(undefined)(meta))),
    Rx.ignoreElements(),
  );

/** The bodies of the chords in all headers on the way to what comes after `result`. */
export const bodiesIn = (result: ResultTuple | null): ReadonlyArray<string> => {
  if (result === null) return [];
  const before = bodiesIn(result.parent);
  return result._tag === 'AsyncResult'
    ? before
    : [...before, ...result.results.flatMap((member) => [...bodyOf(member), ...bodiesIn(member)])];
};

const bodyOf = (member: ResultTuple): ReadonlyArray<string> =>
  member._tag === 'AsyncResult' && member.parent?._tag === 'GroupResult' ? [member.id] : [];
