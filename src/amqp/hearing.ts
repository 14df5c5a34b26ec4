/**
 * What workers say, over AMQP: a queue of its own for whoever listens, which goes with them.
 * A stream fails with its link, and is not made anew.
 * Source: `Mailbox.get_reply_queue` in `kombu/pidbox.py`, `EventReceiver` in
 * `celery/events/receiver.py`.
 *
 * @since 0.1.0
 */
import { randomUUID } from 'node:crypto';
import type { Channel, ConsumeMessage } from 'amqplib';
import { constVoid } from 'fp-ts/lib/function.js';
import * as Rx from 'rxjs';
import { ConnectionError, type ResultStoreError } from '../errors/errors.js';
import { fromRun } from '../operation/operation.js';
import type { Hearing } from '../port/broker.js';
import type { Message } from '../wire/message.js';
import { failureOf } from './failure.js';
import type { Link } from './link.js';
import type { Openings } from './openings.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const amqpHearing = (links: Openings<Link>): Hearing => ({
  replies: (exchange, routingKey) =>
    listening(links, {
      ...{ exchange, routingKey, queue: `${routingKey}.${exchange}`, seconds: 10 },
      ...{ type: 'direct', durable: false },
    }),
  broadcasts: (exchange) =>
    listening(links, {
      ...{ exchange, routingKey: '#', queue: `${exchange}.${randomUUID()}`, seconds: 60 },
      ...{ type: 'topic', durable: true },
    }),
});

interface Place {
  readonly exchange: string;
  readonly type: string;
  readonly durable: boolean;
  readonly routingKey: string;
  readonly queue: string;
  /** So long it is kept where nobody listens any more. */
  readonly seconds: number;
}

const listening = (links: Openings<Link>, place: Place): Rx.Observable<Rx.Observable<Message>> =>
  fromRun(links.ready).pipe(
    Rx.switchMap((link) =>
      channelOf(link).pipe(
        Rx.switchMap((channel) =>
          Rx.from(bound(link, channel, place)).pipe(
            // nothing is lost before this is subscribed to: the queue keeps it
            Rx.map(() => consumed(link, channel, place.queue)),
          ),
        ),
        Rx.mergeWith(link.lost$),
      ),
    ),
  );

/** Closed when it is left. */
const channelOf = (link: Link): Rx.Observable<Channel> =>
  new Rx.Observable((observer) => {
    const opening = link.channel();
    opening.then(
      (channel) => observer.next(channel),
      (error) => observer.error(error),
    );
    return () => {
      opening.then((channel) => channel.close()).catch(constVoid);
    };
  });

const bound = async (link: Link, channel: Channel, place: Place): Promise<void> => {
  const { exchange, type, durable, routingKey, queue, seconds } = place;
  const options = { exclusive: true, autoDelete: true, durable: false, expires: seconds * 1000 };
  try {
    await link.owed(channel.assertExchange(exchange, type, { durable }));
    await link.owed(channel.assertQueue(queue, options));
    await link.owed(channel.bindQueue(queue, exchange, routingKey));
  } catch (reason) {
    throw listeningFailure(reason, link, queue);
  }
};

const consumed = (link: Link, channel: Channel, queue: string): Rx.Observable<Message> =>
  new Rx.Observable((observer) => {
    const hear = (message: ConsumeMessage | null): void => {
      if (message !== null) observer.next(messageOf(message));
      else observer.error(new ConnectionError(link.address, true, deleted, 'RabbitMQ'));
    };
    channel
      .consume(queue, hear, { noAck: true, exclusive: true })
      .catch((reason) => observer.error(listeningFailure(reason, link, queue)));
  });

const deleted = new Error('the queue of what was listened to was deleted');

const listeningFailure = (reason: unknown, link: Link, queue: string): ResultStoreError => {
  const asked = { command: 'queue.declare', key: queue };
  return failureOf(reason, asked, () => link.lost(asked));
};

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

const messageOf = ({ content, fields, properties }: ConsumeMessage): Message => ({
  body: content,
  contentType: String(properties.contentType ?? ''),
  contentEncoding: String(properties.contentEncoding ?? 'binary'),
  headers: properties.headers ?? {},
  properties: {
    delivery_tag: String(fields.deliveryTag),
    delivery_info: { exchange: fields.exchange, routing_key: fields.routingKey },
    correlation_id: properties.correlationId ?? null,
    reply_to: properties.replyTo ?? null,
  },
});
