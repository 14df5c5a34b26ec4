/**
 * Finds a link that is dead in silence: a PING each interval, and a deadline of half an
 * interval for anything to arrive, so that no such link lives for two.
 *
 * ```text
 * interval   -----5s-----5s-----5s---
 * PING            ?      ?      ?
 * arrived          !      !      (nothing)
 * result     ----------------------2.5s-#
 * ```
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import { ConnectionError } from '../errors/errors.js';
import { fromRun } from '../operation/operation.js';
import type { Connection, Subscriber } from '../port/commands.js';

/**
 * Never emits. Any byte counts as an answer: a message, a part of a long reply, an error.
 * `seconds` is the interval; 0 is none.
 */
export const heartbeat = (
  subscriber: Subscriber,
  seconds: number,
  scheduler: Rx.SchedulerLike,
  taken: Connection['taken'],
): Rx.Observable<never> =>
  seconds === 0
    ? Rx.NEVER
    : Rx.interval(seconds * 1000, scheduler).pipe(
        Rx.exhaustMap(() => {
          const before = subscriber.arrived();
          const deadline$ = Rx.timer(seconds * 500, scheduler).pipe(
            Rx.mergeMap(() => fromRun(taken)),
            Rx.mergeMap(() => (subscriber.arrived() === before ? silent(seconds / 2) : Rx.EMPTY)),
          );
          const ping$ = fromRun(subscriber.ping).pipe(
            Rx.ignoreElements(),
            Rx.catchError(() => Rx.EMPTY),
          );
          return Rx.merge(ping$, deadline$);
        }),
      );

const silent = (seconds: number): Rx.Observable<never> =>
  Rx.throwError(
    () =>
      new ConnectionError(
        'the subscriber link',
        true,
        new Error(`nothing arrived within ${seconds} s of a PING`),
      ),
  );
