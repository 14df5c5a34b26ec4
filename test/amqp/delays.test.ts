import type { Channel } from 'amqplib';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { type Delayed, delays } from '../../src/amqp/delays.js';
import { type AmqpOptions, amqpConfig } from '../../src/amqp/options.js';
import { queues } from '../../src/amqp/queues.js';
import { FakeChannel } from './fakes.js';

const NOW = Date.UTC(2026, 0, 1);

const taskQueues = {
  orders: {
    exchange: 'shop',
    exchangeType: 'topic',
    routingKey: 'orders',
    queueArguments: { 'x-queue-type': 'quorum' },
  },
} as const;

const delayed = (
  seconds: number | null,
  to: { readonly exchange?: string; readonly routingKey?: string } = {},
  options: AmqpOptions = { taskQueues },
): Delayed | null => {
  const config = amqpConfig(options);
  if (E.isLeft(config)) throw config.left;
  const { exchange = '', routingKey = 'orders' } = to;
  const written = { exchange, routingKey, body: Buffer.alloc(0), options: {} };
  const eta = seconds === null ? null : new Date(NOW + seconds * 1000).toISOString();
  return delays(queues(config.right), config.right)(written, { eta }, NOW);
};

describe('a message that has to wait', () => {
  it('goes to the first of the exchanges for it, its seconds in bits before its key', () => {
    const bits = `${'0.'.repeat(25)}1.0.1`;
    expect(delayed(5)).toMatchObject({
      exchange: 'celery_delayed_27',
      routingKey: `${bits}.orders`,
    });
    expect(delayed(5.9)?.routingKey).toBe(`${bits}.orders`);
    expect(delayed(5, { exchange: 'shop', routingKey: 'k' })?.routingKey).toBe(`${bits}.k`);
  });

  it('waits at the worker for what is longer than the bits', () => {
    expect(delayed(2 ** 30)?.routingKey).toBe(`${'1.'.repeat(28)}orders`);
  });

  it('is left alone where there is no time to wait', () => {
    for (const seconds of [null, 0.9, 0, -60]) expect(delayed(seconds)).toBeNull();
  });

  it('is left to the worker without quorum queues, and where its exchange is direct', () => {
    expect(delayed(5, {}, {})).toBeNull();
    expect(delayed(5, { routingKey: 'celery' })).toBeNull();
    expect(delayed(5, { exchange: 'unknown' })).toBeNull();
    expect(
      delayed(
        5,
        { routingKey: 'any' },
        {
          taskCreateMissingQueueType: 'quorum',
          taskCreateMissingQueueExchangeType: 'topic',
        },
      ),
    ).not.toBeNull();
  });

  it('has its queue, and a queue for each bit, declared and bound', async () => {
    const channel = new FakeChannel();
    for (const { on } of delayed(5)?.need.steps() ?? []) await on(channel as unknown as Channel);
    const { asked } = channel;
    expect(asked.slice(0, 3)).toEqual([
      'exchange shop topic',
      'queue orders',
      'bind orders to shop by orders',
    ]);
    expect(asked.filter((what) => what.startsWith('queue celery_delayed_'))).toHaveLength(28);
    expect(asked).toContain('bind celery_delayed_27 to celery_delayed_27 by 1.#');
    expect(asked).toContain('bind celery_delayed_25 to celery_delayed_26 by *.0.#');
    expect(asked).toContain(
      `bind celery_delayed_delivery to celery_delayed_0 by ${'*.'.repeat(27)}0.#`,
    );
    expect(asked.slice(-2)).toEqual([
      'bind shop to celery_delayed_delivery by #.orders',
      'bind orders to shop by #.orders',
    ]);
  });
});
