/**
 * Finds a link that is dead in silence: a PING each interval, and a deadline of half an
 * interval for its answer, so that no such link lives for two.
 *
 * ```text
 * interval   -----5s-----5s-----5s---
 * PING            ?      ?      ?
 * PONG             !      !      (none)
 * result     ----------------------2.5s-#
 * ```
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import { ConnectionError } from '../errors/errors.js';
import type { Subscriber } from '../port/commands.js';

/** Never emits. Any message counts as an answer. `seconds` is the interval; 0 is none. */
export const heartbeat = (
  subscriber: Subscriber,
  seconds: number,
  scheduler: Rx.SchedulerLike,
): Rx.Observable<never> =>
  seconds === 0
    ? Rx.NEVER
    : Rx.interval(seconds * 1000, scheduler).pipe(
        Rx.exhaustMap(() =>
          Rx.race(subscriber.ping, subscriber.messages$).pipe(
            Rx.take(1),
            Rx.timeout({ first: seconds * 500, scheduler, with: () => silent(seconds / 2) }),
          ),
        ),
        Rx.ignoreElements(),
      );

const silent = (seconds: number): Rx.Observable<never> =>
  Rx.throwError(
    () =>
      new ConnectionError('the subscriber link', true, new Error(`no PONG within ${seconds} s`)),
  );
