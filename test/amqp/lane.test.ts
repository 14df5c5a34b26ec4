import type { ConfirmChannel } from 'amqplib';
import { describe, expect, it } from 'vitest';
import { Lane } from '../../src/amqp/lane.js';
import { EncodeError } from '../../src/errors/errors.js';
import { closing, FakeChannel, fakeLink } from './fakes.js';

const world = () => {
  const channel = new FakeChannel();
  const lane = new Lane(fakeLink().link, channel as unknown as ConfirmChannel);
  const publish = (routingKey: string) =>
    lane.publish({
      ...{ exchange: 'x', routingKey, body: Buffer.alloc(0) },
      options: { correlationId: `id of ${routingKey}` },
    });
  const returned = (routingKey: string) =>
    channel.emit('return', {
      fields: { exchange: 'x', routingKey },
      properties: { correlationId: `id of ${routingKey}` },
    });
  return { channel, lane, publish, returned };
};

describe('a channel with confirms', () => {
  it('has any number under way at once, and tells of each by itself', async () => {
    const { channel, publish, returned } = world();
    const all = [publish('a'), publish('b'), publish('c')];
    const [a, b, c] = channel.published;
    returned('b');
    b?.confirm(null);
    c?.confirm(new Error('message nacked'));
    a?.confirm(null);
    expect((await Promise.all(all)).map(({ _tag }) => _tag)).toEqual([
      'Queued',
      'Returned',
      'Nacked',
    ]);
  });

  it('knows who it was closed over where there was one', async () => {
    const { channel, lane, publish } = world();
    const one = publish('a');
    const error = closing(406, 'PRECONDITION_FAILED - too large');
    channel.end(error);
    expect(await one).toEqual({ _tag: 'Refused', error });
    expect(lane.isClosed).toBe(true);
  });

  it('suspects each where there were others, and whoever comes after', async () => {
    const { channel, publish } = world();
    const all = [publish('a'), publish('b')];
    channel.end(closing(406, 'PRECONDITION_FAILED'));
    expect(await Promise.all([...all, publish('c')])).toEqual(
      ['Suspect', 'Suspect', 'Suspect'].map((_tag) => ({ _tag })),
    );
  });

  it('suspects nobody where the link is lost', async () => {
    const { channel, publish } = world();
    const one = publish('a');
    channel.end();
    expect(await one).toEqual({ _tag: 'Lost' });
  });

  it('refuses what the client library can’t write, and lives on', async () => {
    const { channel, lane, publish } = world();
    const { publish: write } = channel;
    channel.publish = () => {
      throw new RangeError('too much');
    };
    await expect(publish('a')).rejects.toBeInstanceOf(EncodeError);
    channel.publish = write;
    const one = publish('b');
    channel.published[0]?.confirm(null);
    expect(await one).toEqual({ _tag: 'Queued' });
    expect(lane.isClosed).toBe(false);
  });
});
