/**
 * What has to be there for a message to be published: exchanges, queues, bindings. Each is
 * declared as Kombu declares it, so that both may.
 * Source: `Queue.declare` in `kombu/entity.py`, `Mailbox` in `kombu/pidbox.py`.
 *
 * @since 0.1.0
 */
import type { Channel } from 'amqplib';
import type { Asked } from './failure.js';
import type { BoundQueue, Queues } from './queues.js';
import { table } from './table.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** One thing that the broker is asked for. */
export interface Step extends Asked {
  readonly on: (channel: Channel) => Promise<unknown>;
}

/** The same `id` is the same need. */
export interface Need {
  readonly id: string;
  readonly steps: () => ReadonlyArray<Step>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Null where nothing is to be declared. */
export const needOf =
  (queues: Queues, declares: boolean) =>
  ({
    exchange,
    routingKey,
  }: {
    readonly exchange: string;
    readonly routingKey: string;
  }): Need | null => {
    if (exchange === '') {
      if (!declares) return null;
      return { id: `queue ${routingKey}`, steps: () => declaring(queues.named(routingKey)) };
    }
    return { id: `exchange ${exchange}`, steps: () => stepsOf(exchange, queues, declares) };
  };

/** One that nobody knows is looked for: to publish to what is not there would cost the channel. */
const stepsOf = (exchange: string, queues: Queues, declares: boolean): ReadonlyArray<Step> => {
  if (exchange === 'celery.pidbox') return [control(exchange)];
  const bound = declares ? queues.boundTo(exchange) : [];
  return bound.length > 0
    ? bound.flatMap(declaring)
    : [
        {
          command: 'exchange.declare',
          key: exchange,
          on: (channel) => channel.checkExchange(exchange),
        },
      ];
};

/** By which workers are told things; it goes with the broker’s end. */
const control = (exchange: string): Step => ({
  command: 'exchange.declare',
  key: exchange,
  on: (channel) => channel.assertExchange(exchange, 'fanout', { durable: false }),
});

export const declaring = (queue: BoundQueue): ReadonlyArray<Step> => {
  const { name, exchange, exchangeType, routingKey, durable, autoDelete } = queue;
  const options = { durable, autoDelete };
  return [
    {
      command: 'exchange.declare',
      key: exchange,
      on: (channel) => channel.assertExchange(exchange, exchangeType, options),
    },
    {
      command: 'queue.declare',
      key: name,
      on: (channel) =>
        channel.assertQueue(name, {
          ...options,
          arguments: table(queue.queueArguments, '$.queueArguments'),
        }),
    },
    {
      command: 'queue.bind',
      key: name,
      on: (channel) =>
        channel.bindQueue(
          name,
          exchange,
          routingKey,
          table(queue.bindingArguments, '$.bindingArguments'),
        ),
    },
  ];
};
