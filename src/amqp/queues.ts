/**
 * The queues that are known, and what any other is taken for.
 * Source: `Queues` in `celery/app/amqp.py`.
 *
 * @since 0.1.0
 */
import type { AmqpConfig, Queue } from './options.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** As it is declared, bound to its exchange. */
export interface BoundQueue extends Queue {
  readonly name: string;
  readonly exchange: string;
  readonly routingKey: string;
}

export interface Queues {
  /** That of a name, also where it is not known. */
  readonly named: (name: string) => BoundQueue;
  /** Those of the known that are bound to an exchange. */
  readonly boundTo: (exchange: string) => ReadonlyArray<BoundQueue>;
  /** Whether any is a quorum queue: then a message that has to wait does so at the broker. */
  readonly hasQuorum: boolean;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const queues = (config: AmqpConfig): Queues => {
  const {
    taskQueues,
    taskQueueMaxPriority: highest,
    taskCreateMissingQueueType: type,
    taskCreateMissingQueueExchangeType: exchangeType,
  } = config;

  const bound = (name: string, queue: Queue): BoundQueue => ({
    ...queue,
    name,
    exchange: queue.exchange ?? name,
    routingKey: queue.routingKey ?? name,
    queueArguments: {
      ...(highest !== null && { 'x-max-priority': highest }),
      ...queue.queueArguments,
    },
  });

  const known = new Map(
    Object.entries(taskQueues).map(([name, queue]) => [name, bound(name, queue)]),
  );
  const missing: Queue = {
    exchange: undefined,
    exchangeType,
    routingKey: undefined,
    queueArguments: type === 'quorum' ? { 'x-queue-type': type } : {},
    bindingArguments: {},
    durable: true,
    autoDelete: false,
  };
  return {
    named: (name) => known.get(name) ?? bound(name, missing),
    boundTo: (exchange) => [...known.values()].filter((queue) => queue.exchange === exchange),
    hasQuorum:
      type === 'quorum' ||
      [...known.values()].some(({ queueArguments: all }) => all['x-queue-type'] === 'quorum'),
  };
};
