import type { Channel } from 'amqplib';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { needOf } from '../../src/amqp/needs.js';
import { type AmqpOptions, amqpConfig } from '../../src/amqp/options.js';
import { queues } from '../../src/amqp/queues.js';
import { FakeChannel } from './fakes.js';

const askedFor = async (
  options: AmqpOptions,
  to: { readonly exchange: string; readonly routingKey: string },
): Promise<ReadonlyArray<string> | null> => {
  const config = amqpConfig(options);
  if (E.isLeft(config)) throw config.left;
  const need = needOf(queues(config.right), config.right.declare)(to);
  if (need === null) return null;
  const channel = new FakeChannel();
  for (const { on } of need.steps()) await on(channel as unknown as Channel);
  return channel.asked;
};

describe('what has to be there for a message', () => {
  it('is its queue, declared and bound as Kombu does', async () => {
    expect(await askedFor({}, { exchange: '', routingKey: 'q' })).toEqual([
      'exchange q direct',
      'queue q',
      'bind q to q by q',
    ]);
    expect(await askedFor({ declare: false }, { exchange: '', routingKey: 'q' })).toBeNull();
  });

  it('is each known queue of its exchange', async () => {
    const taskQueues = {
      a: { exchange: 'x', exchangeType: 'topic', routingKey: 'a.#' },
      b: { exchange: 'x', exchangeType: 'topic', routingKey: '#' },
    } as const;
    expect(await askedFor({ taskQueues }, { exchange: 'x', routingKey: 'a.b' })).toEqual([
      ...['exchange x topic', 'queue a', 'bind a to x by a.#'],
      ...['exchange x topic', 'queue b', 'bind b to x by #'],
    ]);
  });

  it('is refused where an argument of a queue has no form', async () => {
    for (const name of ['queueArguments', 'bindingArguments']) {
      const taskQueues = { a: { [name]: { 'x-odd': () => 1 } } };
      const asked = askedFor({ taskQueues }, { exchange: '', routingKey: 'a' });
      await expect(asked).rejects.toMatchObject({ path: `$.${name}.x-odd` });
    }
  });

  it('is looked for where it is not known', async () => {
    expect(await askedFor({}, { exchange: 'x', routingKey: 'k' })).toEqual(['check x']);
  });

  it('is the exchange by which workers are told things', async () => {
    const to = { exchange: 'celery.pidbox', routingKey: '' };
    expect(await askedFor({}, to)).toEqual(['exchange celery.pidbox fanout']);
  });
});
