/**
 * Messages that wait for their `eta` at the broker. Where there are quorum queues, workers
 * can't hold many of them back, so Celery since 5.5 has the broker do it: 28 exchanges and
 * queues, one for each bit of the seconds to wait, from which a message falls down to the
 * exchange of its queue. Its routing key has the bits in front.
 *
 * An exchange of the type `direct` has no part in it: a worker holds those messages back.
 * Source: `kombu/transport/native_delayed_delivery.py`, `send_task` in `celery/app/base.py`.
 *
 * @since 0.1.0
 */
import * as O from 'fp-ts/lib/Option.js';
import { fromIsoFormat } from '../serialization/dateTime.js';
import type { MessageHeaders } from '../wire/messageHeaders.js';
import { declaring, type Need, type Step } from './needs.js';
import type { AmqpConfig } from './options.js';
import type { Publication } from './publication.js';
import type { BoundQueue, Queues } from './queues.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** Where it goes instead, and what that needs. */
export interface Delayed {
  readonly exchange: string;
  readonly routingKey: string;
  readonly need: Need;
}

/** Null where it is not the broker that has it wait. */
export type Delay = (
  publication: Publication,
  headers: MessageHeaders,
  now: number,
) => Delayed | null;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

const BITS = 28;
const LONGEST = 2 ** BITS - 1;
const DELIVERY = 'celery_delayed_delivery';
const level = (n: number): string => `celery_delayed_${n}`;

export const delays = (
  queues: Queues,
  { nativeDelayedDeliveryQueueType, declare }: AmqpConfig,
): Delay => {
  if (!queues.hasQuorum) return () => null;
  const steps = levels(nativeDelayedDeliveryQueueType);
  return ({ exchange, routingKey }, { eta }, now) => {
    const seconds = secondsTo(eta, now);
    if (seconds < 1) return null;
    const bound = exchange === '' ? [queues.named(routingKey)] : queues.boundTo(exchange);
    const [first] = bound;
    if (first === undefined || first.exchangeType === 'direct') return null;
    const key = exchange === '' ? first.routingKey : routingKey;
    const bits = seconds.toString(2).padStart(BITS, '0');
    return {
      exchange: level(BITS - 1),
      routingKey: `${[...bits].join('.')}.${key}`,
      need: {
        id: `delay ${first.exchange} ${exchange === '' ? first.name : ''}`,
        steps: () =>
          declare ? [...bound.flatMap(declaring), ...steps, ...bound.flatMap(fed)] : [],
      },
    };
  };
};

/** Whole ones, as Celery counts them; what is beyond is left to the worker. */
const secondsTo = (eta: unknown, now: number): number => {
  const due = typeof eta === 'string' ? fromIsoFormat(eta) : O.none;
  if (O.isNone(due)) return 0;
  return Math.min(Math.trunc((due.value.getTime() - now) / 1000), LONGEST);
};

// -------------------------------------------------------------------------------------
// what it needs
// -------------------------------------------------------------------------------------

type QueueType = AmqpConfig['nativeDelayedDeliveryQueueType'];

const levels = (type: QueueType): ReadonlyArray<Step> => {
  const all = Array.from({ length: BITS }, (_, i) => BITS - 1 - i);
  /** As many words as there are higher bits, and then this one. */
  const key = (n: number, bit: 0 | 1): string => `${'*.'.repeat(BITS - 1 - n)}${bit}.#`;
  return [
    topic(DELIVERY),
    ...all.map((n) => topic(level(n))),
    ...all.flatMap((n) => [waiting(n, type), queueFrom(level(n), level(n), key(n, 1))]),
    ...all.map((n) => exchangeFrom(n === 0 ? DELIVERY : level(n - 1), level(n), key(n, 0))),
  ];
};

/** From the last exchange on, a message goes by its own key, whatever stands before it. */
const fed = ({ name, exchange, routingKey: own }: BoundQueue): ReadonlyArray<Step> => {
  const routingKey = own.startsWith('#') ? own : `#.${own}`;
  return [exchangeFrom(exchange, DELIVERY, routingKey), queueFrom(name, exchange, routingKey)];
};

const topic = (exchange: string): Step => ({
  command: 'exchange.declare',
  key: exchange,
  on: (channel) => channel.assertExchange(exchange, 'topic'),
});

/** Where a message waits for as many seconds as its bit stands for. */
const waiting = (n: number, type: QueueType): Step => ({
  command: 'queue.declare',
  key: level(n),
  on: (channel) =>
    channel.assertQueue(level(n), {
      arguments: {
        'x-queue-type': type,
        'x-overflow': 'reject-publish',
        'x-message-ttl': 2 ** n * 1000,
        'x-dead-letter-exchange': n === 0 ? DELIVERY : level(n - 1),
        ...(type === 'quorum' && { 'x-dead-letter-strategy': 'at-least-once' }),
      },
    }),
});

const queueFrom = (queue: string, source: string, routingKey: string): Step => ({
  command: 'queue.bind',
  key: queue,
  on: (channel) => channel.bindQueue(queue, source, routingKey),
});

const exchangeFrom = (exchange: string, source: string, routingKey: string): Step => ({
  command: 'exchange.bind',
  key: exchange,
  on: (channel) => channel.bindExchange(exchange, source, routingKey),
});
