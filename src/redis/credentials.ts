/**
 * Keeps a link authenticated by asking the provider, and the server, in time.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import type { Credentials } from '../config/credentials.js';
import { MAX_SECONDS } from '../operation/maxWait.js';

/** The share of their validity after which credentials are renewed. */
const RENEW_AFTER = 0.8;

/** The share of it between two tries, where a renewal fails. */
const TRY_AGAIN_AFTER = 0.04;

/** Throws where they are none, or would have to be renewed at once, and so without end. */
export const assertValidity = (credentials: Credentials | undefined | null): void => {
  const { username = 'default', password, validFor } = credentials ?? ({} as Partial<Credentials>);
  if (typeof password !== 'string' || typeof username !== 'string') {
    throw new Error('the credentials provider answered no credentials');
  }
  if (validFor !== undefined && !(validFor > 0)) {
    throw new Error(`the credentials provider answered validFor: ${validFor}`);
  }
};

/**
 * Asks `renew` for new credentials before the current ones run out, until unsubscribed. A
 * renewal that fails is tried again while they hold; once they are over it is the error.
 */
export const renewing = (
  renew: () => Promise<Credentials>,
  current: Credentials,
  scheduler: Rx.SchedulerLike = Rx.asyncScheduler,
): Rx.Observable<Credentials> =>
  Rx.of(current).pipe(
    Rx.expand(({ validFor }) => {
      if (validFor === undefined) return Rx.EMPTY;
      const seconds = Math.min(validFor, MAX_SECONDS);
      const end = scheduler.now() + seconds * 1000;
      const renewed$ = Rx.defer(renew).pipe(
        Rx.retry({
          delay: (error) =>
            scheduler.now() < end
              ? Rx.timer(seconds * TRY_AGAIN_AFTER * 1000, scheduler)
              : Rx.throwError(() => error),
        }),
      );
      return Rx.timer(seconds * RENEW_AFTER * 1000, scheduler).pipe(Rx.mergeMap(() => renewed$));
    }),
  );
