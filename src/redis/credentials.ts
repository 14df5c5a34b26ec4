/**
 * Credentials that expire: a provider is asked at each connect, and again, for a
 * re-AUTH on the open link, before the answer runs out.
 *
 * @since 0.1.0
 */
import type { Redis } from 'ioredis';
import * as Rx from 'rxjs';
import { MAX_SECONDS } from '../config/address.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What a provider answers. `validFor` is in seconds, and over 0; without it the answer
 * holds for as long as the link does.
 *
 * @category model
 * @since 0.1.0
 */
export interface Credentials {
  readonly username?: string;
  readonly password: string;
  readonly validFor?: number;
}

/**
 * Asked at each connect, and where the answer has a `validFor`, again in time. It has
 * `socketConnectTimeout` to answer; a rejection is an `AuthenticationError`.
 *
 * @category model
 * @since 0.1.0
 */
export type CredentialsProvider = () => Promise<Credentials>;

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/** The share of their validity after which credentials are renewed. */
const RENEW_AFTER = 0.8;

/** Throws where they would have to be renewed at once, and so without end. */
export const assertValidity = ({ validFor }: Credentials): void => {
  if (validFor !== undefined && !(validFor > 0)) {
    throw new Error(`the credentials provider answered validFor: ${validFor}`);
  }
};

/** Keeps `redis` authenticated until unsubscribed; fails where the server or the provider refuses. */
export const renewing = (
  redis: Redis,
  provider: CredentialsProvider,
  current: Credentials,
  scheduler: Rx.SchedulerLike = Rx.asyncScheduler,
): Rx.Observable<Credentials> =>
  Rx.of(current).pipe(
    Rx.expand(({ validFor }) =>
      validFor === undefined
        ? Rx.EMPTY
        : Rx.timer(Math.min(validFor * RENEW_AFTER, MAX_SECONDS) * 1000, scheduler).pipe(
            Rx.mergeMap(provider),
            Rx.concatMap(async (next) => {
              await redis.auth(next.username ?? 'default', next.password);
              return next;
            }),
          ),
    ),
  );
