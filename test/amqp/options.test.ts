import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { type AmqpOptions, amqpConfig } from '../../src/amqp/options.js';
import type { TaskQueue } from '../../src/producer/index.js';

const refused = (options: object): string =>
  E.match(
    (error: Error) => error.message,
    () => 'none',
  )(amqpConfig(options as AmqpOptions));

describe('options of a broker over AMQP', () => {
  it('are all optional', () => {
    expect(amqpConfig({})).toEqual(
      E.right({
        taskQueues: {},
        taskQueueMaxPriority: null,
        taskCreateMissingQueueType: 'classic',
        taskCreateMissingQueueExchangeType: 'direct',
        nativeDelayedDeliveryQueueType: 'quorum',
        declare: true,
        ssl: null,
        heartbeat: 10,
        connectionTimeout: 4,
        socketTimeout: 10,
        clientName: 'chordis',
        closeTimeout: 10,
      }),
    );
  });

  it('are refused where they can’t work, by their names', () => {
    expect(refused({ task_queues: {} })).toMatch(/did you mean taskQueues/);
    expect(refused({ taskQueues: { q: { exchangeType: 'odd' } } })).toMatch(
      /^taskQueues\.q\.exchangeType: expected one of direct/,
    );
    expect(refused({ taskQueueMaxPriority: 256 })).toMatch(/^taskQueueMaxPriority: /);
    expect(refused({ heartbeat: -1 })).toMatch(/^heartbeat: /);
  });

  it('have queues that a producer takes too', () => {
    const taskQueues: NonNullable<AmqpOptions['taskQueues']> = { q: { exchange: 'x' } };
    const same: Readonly<Record<string, TaskQueue>> = taskQueues;
    expect(same.q?.exchange).toBe('x');
  });
});
