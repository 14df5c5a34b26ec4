/**
 * The events of workers and clients, as a stream.
 * Source: `EventReceiver` in `celery/events/receiver.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as Rx from 'rxjs';
import type { Broker } from '../port/broker.js';
import { json } from '../serialization/json.js';
import { type CeleryEvent, celeryEvents } from '../wire/celeryEvent.js';
import type { Message } from '../wire/message.js';
import { deaf } from './control.js';
import type { Producing } from './producing.js';

/** Subscribed to anew after a lost connection; what is told meanwhile is missed. */
export const events = ({ retrying }: Producing, { hearing }: Broker): Rx.Observable<CeleryEvent> =>
  hearing === undefined
    ? Rx.throwError(deaf)
    : hearing.broadcasts('celeryev').pipe(
        Rx.switchMap((messages$) => messages$),
        Rx.mergeMap(eventsIn),
        retrying,
      );

const eventsIn = ({ body }: Message): ReadonlyArray<CeleryEvent> =>
  pipe(
    json.decode(body),
    E.match(() => [], celeryEvents),
  );
