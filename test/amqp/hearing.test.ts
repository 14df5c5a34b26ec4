import type { ConsumeMessage } from 'amqplib';
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { amqpHearing } from '../../src/amqp/hearing.js';
import type { Link } from '../../src/amqp/link.js';
import { ConnectionError, ResponseError } from '../../src/errors/errors.js';
import { settled } from '../../src/operation/run.js';
import type { Message } from '../../src/wire/message.js';
import { closing, FakeChannel, settledDown } from './fakes.js';

class Listened extends FakeChannel {
  hear: (message: ConsumeMessage | null) => void = () => {};
  isClosed = false;
  consume = async (_queue: string, hear: (message: ConsumeMessage | null) => void) => {
    this.hear = hear;
  };
  override close = async () => {
    this.isClosed = true;
  };
}

const world = () => {
  const channel = new Listened();
  const lost$ = new Rx.Subject<never>();
  const link = {
    ...{ address: 'there:5672', isLost: false, lost$ },
    channel: async () => channel,
    owed: <A>(reply: Promise<A>) => reply,
    lost: () => new ConnectionError('there:5672', true, new Error('gone'), 'RabbitMQ'),
  } as unknown as Link;
  const hearing = amqpHearing({ ready: settled(E.right(link)), close: async () => {} });
  const heard: Array<Message> = [];
  const errors: Array<unknown> = [];
  const listen = (source: Rx.Observable<Rx.Observable<Message>>) =>
    source
      .pipe(Rx.mergeAll())
      .subscribe({ next: (one) => heard.push(one), error: (error) => errors.push(error) });
  return { channel, lost$, hearing, heard, errors, listen };
};

const consumed = (text: string): ConsumeMessage =>
  ({
    content: Buffer.from(text),
    fields: { deliveryTag: 7, exchange: 'celeryev', routingKey: 'task.sent' },
    properties: { contentType: 'application/json', contentEncoding: 'utf-8', headers: { a: 1 } },
  }) as unknown as ConsumeMessage;

describe('listening over AMQP', () => {
  it('binds a queue of its own, and hears what comes there', async () => {
    const { channel, hearing, heard, listen } = world();
    const subscription = listen(hearing.replies('reply.celery.pidbox', 'key'));
    await settledDown();
    expect(channel.asked).toEqual([
      'exchange reply.celery.pidbox direct',
      'queue key.reply.celery.pidbox',
      'bind key.reply.celery.pidbox to reply.celery.pidbox by key',
    ]);
    channel.hear(consumed('{}'));
    expect(heard).toEqual([
      {
        body: Buffer.from('{}'),
        contentType: 'application/json',
        contentEncoding: 'utf-8',
        headers: { a: 1 },
        properties: {
          delivery_tag: '7',
          delivery_info: { exchange: 'celeryev', routing_key: 'task.sent' },
          correlation_id: null,
          reply_to: null,
        },
      },
    ]);
    subscription.unsubscribe();
    await settledDown();
    expect(channel.isClosed).toBe(true);
  });

  it('hears broadcasts by any key', async () => {
    const { channel, hearing, listen } = world();
    listen(hearing.broadcasts('celeryev'));
    await settledDown();
    expect(channel.asked).toEqual([
      'exchange celeryev topic',
      expect.stringMatching(/^queue celeryev\./),
      expect.stringMatching(/ to celeryev by #$/),
    ]);
  });

  it('fails with the link, and where its queue is deleted or refused', async () => {
    const first = world();
    first.listen(first.hearing.broadcasts('celeryev'));
    await settledDown();
    first.lost$.error(new ConnectionError('there:5672', true, new Error('gone')));
    expect(first.errors).toEqual([expect.any(ConnectionError)]);

    const second = world();
    second.listen(second.hearing.broadcasts('celeryev'));
    await settledDown();
    second.channel.hear(null);
    expect(second.errors).toEqual([expect.any(ConnectionError)]);

    const third = world();
    third.channel.answer = () => Promise.reject(closing(403, 'ACCESS_REFUSED - no'));
    third.listen(third.hearing.broadcasts('celeryev'));
    await settledDown();
    expect(third.errors).toEqual([expect.any(ResponseError)]);
  });
});
