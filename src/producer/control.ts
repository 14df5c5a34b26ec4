/**
 * `control`: what all workers, or some, are told and asked, and what each of them replies.
 * Source: `Control` and `Inspect` in `celery/app/control.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as Rx from 'rxjs';
import { ImproperlyConfigured, InvalidArgument } from '../errors/errors.js';
import { MAX_SECONDS } from '../operation/maxWait.js';
import { fromRun } from '../operation/operation.js';
import { type Run, settled } from '../operation/run.js';
import type { Broker, Hearing } from '../port/broker.js';
import { isOptions, notOptions } from '../result/waiting.js';
import { json } from '../serialization/json.js';
import { type ControlCall, controlMessage, replyExchange } from '../wire/controlMessage.js';
import type { Message } from '../wire/message.js';
import type { Producing } from './producing.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Who is told, and how long replies are waited for.
 *
 * @category model
 * @since 0.1.0
 */
export interface ControlOptions {
  /** Seconds. Default 1. */
  readonly timeout?: number;
  /** The names of workers, such as `celery@host`. Default: all. */
  readonly destination?: ReadonlyArray<string>;
  /** How many are expected to reply: after so many it is over. Default: as many as `destination` names. */
  readonly workers?: number;
}

/**
 * What one worker says.
 *
 * @category model
 * @since 0.1.0
 */
export interface WorkerReply<A = unknown> {
  /** Its name, such as `celery@host`. */
  readonly worker: string;
  readonly reply: A;
}

/** Told when subscribed to; it completes once the replies are there, or at its timeout. */
export type Tell = (
  method: string,
  args: Readonly<Record<string, unknown>>,
  options?: ControlOptions,
) => Rx.Observable<WorkerReply>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const tell =
  ({ context, room, execution }: Producing, broker: Broker): Tell =>
  (method, args, options = {}) =>
    Rx.defer(() => {
      const { hearing } = broker;
      if (hearing === undefined) return Rx.throwError(() => deaf());
      if (!isOptions(options)) return Rx.throwError(() => notOptions);
      const { timeout = 1, destination, workers = destination?.length } = options;
      const refused = refusalOf(timeout, workers, destination);
      if (refused !== undefined) return Rx.throwError(() => refused);
      const { scheduler } = room.metas;
      const ticket = context.newId();
      const routingKey = context.newId();
      const expires = (scheduler.now() + timeout * 1000) / 1000;
      const call: ControlCall = {
        ...{ method, arguments: args, destination: destination ?? null, expires },
        reply: { routingKey, ticket },
      };
      const published = publishing(broker, call, context.newId());
      return heard(hearing, routingKey, ticket, execution.untilClosed(published)).pipe(
        Rx.take(workers ?? Number.POSITIVE_INFINITY),
        Rx.takeUntil(Rx.timer(timeout * 1000, scheduler)),
      );
    });

const publishing = (broker: Broker, call: ControlCall, deliveryTag: string): Run<void> => {
  const message = controlMessage(call, deliveryTag);
  return E.isLeft(message) ? settled(message) : broker.publish([message.right]);
};

export const areTexts = (u: unknown): u is ReadonlyArray<string> =>
  Array.isArray(u) && u.every((text) => typeof text === 'string' && text !== '');

/** Published once replies can't be missed. */
const heard = (
  hearing: Hearing,
  routingKey: string,
  ticket: string,
  published: Run<void>,
): Rx.Observable<WorkerReply> =>
  hearing
    .replies(replyExchange, routingKey)
    .pipe(
      Rx.switchMap((messages$) =>
        Rx.merge(
          messages$.pipe(Rx.mergeMap((message) => repliesIn(message, ticket))),
          fromRun(published).pipe(Rx.ignoreElements()),
        ),
      ),
    );

/** By the names of workers, of which there is one. */
const repliesIn = ({ body, headers }: Message, ticket: string): ReadonlyArray<WorkerReply> => {
  if ((headers.ticket ?? ticket) !== ticket) return [];
  return pipe(
    json.decode(body),
    E.match(
      () => [],
      (replies) =>
        typeof replies === 'object' && replies !== null && !Array.isArray(replies)
          ? Object.entries(replies).map(([worker, reply]) => ({ worker, reply }))
          : [],
    ),
  );
};

export const deaf = (): ImproperlyConfigured =>
  new ImproperlyConfigured('broker', 'this one can’t hear what workers reply');

const refusalOf = (
  timeout: unknown,
  workers: unknown,
  destination: unknown,
): InvalidArgument | undefined => {
  if (destination !== undefined && destination !== null && !areTexts(destination)) {
    return new InvalidArgument('destination', 'must be a list of names of workers.');
  }
  if (typeof timeout !== 'number' || !(timeout >= 0 && timeout <= MAX_SECONDS)) {
    return new InvalidArgument('timeout', `must be seconds, 0 to ${MAX_SECONDS}.`);
  }
  return workers === undefined || (Number.isSafeInteger(workers) && Number(workers) >= 0)
    ? undefined
    : new InvalidArgument('workers', 'must be a number of workers.');
};
