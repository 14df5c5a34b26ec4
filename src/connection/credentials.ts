/**
 * Credentials that expire: a provider is asked at each connect, and again, for a
 * re-AUTH on the open link, before the answer runs out.
 *
 * @since 0.1.0
 */
import type { Redis } from 'ioredis';
import * as Rx from 'rxjs';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What a provider answers. `validFor` is in seconds; without it the answer holds for
 * as long as the link does.
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
 * @category model
 * @since 0.1.0
 */
export type CredentialsProvider = () => Promise<Credentials>;

// -------------------------------------------------------------------------------------
// combinators
// -------------------------------------------------------------------------------------

/** The share of their validity after which credentials are renewed. */
const RENEW_AFTER = 0.8;

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
        : Rx.timer(validFor * RENEW_AFTER * 1000, scheduler).pipe(
            Rx.mergeMap(provider),
            Rx.concatMap(async (next) => {
              await redis.auth(next.username ?? 'default', next.password);
              return next;
            }),
          ),
    ),
  );
