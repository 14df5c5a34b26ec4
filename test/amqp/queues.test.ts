import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { type AmqpOptions, amqpConfig } from '../../src/amqp/options.js';
import { type Queues, queues } from '../../src/amqp/queues.js';

const known = (options: AmqpOptions): Queues => {
  const config = amqpConfig(options);
  if (E.isLeft(config)) throw config.left;
  return queues(config.right);
};

describe('queues', () => {
  it('are durable, direct and of their own name, where nothing is said', () => {
    const { named, boundTo, hasQuorum } = known({});
    expect(named('q')).toEqual({
      ...{ name: 'q', exchange: 'q', exchangeType: 'direct', routingKey: 'q' },
      ...{ queueArguments: {}, bindingArguments: {}, durable: true, autoDelete: false },
    });
    expect(boundTo('q')).toEqual([]);
    expect(hasQuorum).toBe(false);
  });

  it('are what they are said to be', () => {
    const { named, boundTo, hasQuorum } = known({
      taskQueues: {
        a: { exchange: 'x', exchangeType: 'topic', routingKey: 'a.#' },
        b: { exchange: 'x', queueArguments: { 'x-queue-type': 'quorum' } },
      },
    });
    expect(named('a')).toMatchObject({ exchange: 'x', exchangeType: 'topic', routingKey: 'a.#' });
    expect(boundTo('x').map(({ name }) => name)).toEqual(['a', 'b']);
    expect(hasQuorum).toBe(true);
  });

  it('have the highest priority and the type of all, unless they have their own', () => {
    const { named, hasQuorum } = known({
      taskQueueMaxPriority: 5,
      taskCreateMissingQueueType: 'quorum',
      taskQueues: { own: { queueArguments: { 'x-max-priority': 3 } } },
    });
    expect(named('own').queueArguments).toEqual({ 'x-max-priority': 3 });
    expect(named('q').queueArguments).toEqual({ 'x-max-priority': 5, 'x-queue-type': 'quorum' });
    expect(hasQuorum).toBe(true);
  });
});
