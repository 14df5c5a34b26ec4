import { describe, expect, it } from 'vitest';
import { type Needing, Publisher } from '../../src/amqp/publisher.js';
import {
  ConnectionError,
  InvalidArgument,
  ResponseError,
  Unavailable,
} from '../../src/errors/errors.js';
import { closing, fakeLink, settledDown } from './fakes.js';

const to = (routingKey: string): Needing => ({
  ...{ exchange: '', routingKey, body: Buffer.alloc(0), options: { correlationId: routingKey } },
  need: {
    id: `queue ${routingKey}`,
    steps: () => [
      {
        ...{ command: 'queue.declare', key: routingKey },
        on: (channel) => channel.assertQueue(routingKey),
      },
    ],
  },
});

const world = () => {
  const fake = fakeLink();
  const publisher = new Publisher(fake.link);
  const publish = async (...keys: ReadonlyArray<string>) =>
    (await publisher.publish(keys.map(to))).map((one) =>
      one.status === 'fulfilled' ? 'out' : one.reason,
    );
  /** Of all channels for declarations, in order. */
  const declared = () => fake.channels.flatMap(({ asked }) => asked);
  return { ...fake, publish, declared };
};

describe('a publisher', () => {
  it('declares what is needed once, and then publishes in order', async () => {
    const { publish, declared, confirming } = world();
    const all = publish('a', 'b', 'a');
    await settledDown();
    expect(declared()).toEqual(['queue a', 'queue b']);
    const { published = [] } = confirming[0] ?? {};
    expect(published.map(({ routingKey }) => routingKey)).toEqual(['a', 'b', 'a']);
    for (const { confirm } of published) confirm(null);
    expect(await all).toEqual(['out', 'out', 'out']);
    const again = publish('a');
    await settledDown();
    published[3]?.confirm(null);
    expect(await again).toEqual(['out']);
    expect(declared()).toHaveLength(2);
    expect(confirming).toHaveLength(1);
  });

  it('publishes nothing where a declaration is refused, and tries it again next time', async () => {
    const { publish, channels, confirming } = world();
    const first = publish('a');
    await settledDown();
    // it is answered at once, so that there is no other way in
    expect(channels).toHaveLength(1);
    confirming[0]?.published[0]?.confirm(null);
    await first;
    const [channel] = channels;
    if (channel === undefined) throw new Error('none');
    channel.answer = () => Promise.reject(closing(406, 'PRECONDITION_FAILED - other'));
    await expect(publish('b')).rejects.toBeInstanceOf(ResponseError);
    channel.answer = () => Promise.resolve({});
    const again = publish('b');
    await settledDown();
    confirming[0]?.published[1]?.confirm(null);
    expect(await again).toEqual(['out']);
  });

  it('declares once more what somebody has deleted', async () => {
    const { publish, declared, confirming } = world();
    const all = publish('a', 'a');
    await settledDown();
    const [lane] = confirming;
    const returned = {
      fields: { exchange: '', routingKey: 'a' },
      properties: { correlationId: 'a' },
    };
    for (const { confirm } of [...(lane?.published ?? [])]) {
      lane?.emit('return', returned);
      confirm(null);
    }
    await settledDown();
    expect(declared()).toEqual(['queue a', 'queue a']);
    lane?.published[2]?.confirm(null);
    lane?.emit('return', returned);
    lane?.published[3]?.confirm(null);
    expect(await all).toEqual(['out', expect.any(InvalidArgument)]);
  });

  it('publishes those alone of which it is not known who closed the channel', async () => {
    const { publish, confirming } = world();
    const all = publish('a', 'b', 'c');
    await settledDown();
    confirming[0]?.published.shift()?.confirm(null);
    confirming[0]?.end(closing(406, 'PRECONDITION_FAILED - too large'));
    await settledDown();
    expect(confirming[1]?.published.map(({ routingKey }) => routingKey)).toEqual(['b']);
    confirming[1]?.end(closing(406, 'PRECONDITION_FAILED - too large'));
    await settledDown();
    expect(confirming[2]?.published.map(({ routingKey }) => routingKey)).toEqual(['c']);
    confirming[2]?.published[0]?.confirm(null);
    expect(await all).toEqual(['out', expect.any(ResponseError), 'out']);
  });

  it('declares once more what those need of which an exchange was deleted', async () => {
    const { publish, declared, confirming } = world();
    const all = publish('a', 'b');
    await settledDown();
    confirming[0]?.end(closing(404, "NOT_FOUND - no exchange 'x'"));
    await settledDown();
    confirming[1]?.end(closing(404, "NOT_FOUND - no exchange 'x'"));
    await settledDown();
    expect(declared()).toEqual(['queue a', 'queue b', 'queue a']);
    confirming[2]?.published[0]?.confirm(null);
    await settledDown();
    confirming[3]?.published[0]?.confirm(null);
    expect(await all).toEqual(['out', 'out']);
  });

  it('tells what a queue has no room for from what was lost', async () => {
    const { publish, confirming } = world();
    const all = publish('a', 'b');
    await settledDown();
    confirming[0]?.published.shift()?.confirm(new Error('message nacked'));
    confirming[0]?.end();
    const [nacked, lost] = await all;
    expect(nacked).toBeInstanceOf(Unavailable);
    expect(nacked).toMatchObject({ code: 'NACK', server: 'RabbitMQ' });
    expect(lost).toBeInstanceOf(ConnectionError);
    expect(lost).toMatchObject({ sent: true });
  });
});
