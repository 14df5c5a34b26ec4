/**
 * A broker of a test's own: lists on the test's server, each by the name of its queue.
 * What comes between the claim of a chord and the sending of its body can be told.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { chain, fromPromise, type Run, settled } from '../../src/operation/run.js';
import type { Broker } from '../../src/port/broker.js';
import type { Delivery } from '../../src/wire/kombuDeliveries.js';
import { encodeMessage, type Message } from '../../src/wire/message.js';
import type { RedisServer } from './redisServer.js';

export interface BrokerOptions {
  /** Whether a chord's dispatch can be one script. */
  readonly isHere: boolean;
  readonly db?: number;
  /** Runs before each sending. */
  readonly before?: () => Promise<void>;
}

export const listBroker = (
  server: RedisServer,
  { isHere, db = 1, before = async () => {} }: BrokerOptions,
): Broker => {
  const ready: Run<void> = fromPromise(before);
  const deliveriesOf = (messages: ReadonlyArray<Message>): ReadonlyArray<Delivery> =>
    messages.map((message) => {
      const value = encodeMessage(message);
      if (E.isLeft(value)) throw value.left;
      const { exchange, routing_key } = message.properties.delivery_info as Record<string, string>;
      return exchange === ''
        ? { command: 'LPUSH', key: routing_key ?? '', value: value.right }
        : { command: 'PUBLISH', key: `/${db}.${exchange}`, value: value.right };
    });
  return {
    publish: (messages) =>
      pipe(
        ready,
        chain(() =>
          fromPromise(async () => {
            for (const { command, key, value } of deliveriesOf(messages)) {
              await server.admin.multi().select(db).call(command, [key, value]).select(0).exec();
            }
          }),
        ),
      ),
    ...(isHere && {
      onRedis: {
        address: `127.0.0.1:${server.port}`,
        server: settled(E.right(null)),
        db,
        deliveries: (messages) =>
          pipe(
            ready,
            chain(() => settled(E.right(deliveriesOf(messages)))),
          ),
      },
    }),
    close: settled(E.right(undefined)),
  };
};

/** The messages in all queues, in each the first that was sent first. */
export const sentTo = async (server: RedisServer, db = 1): Promise<ReadonlyArray<Message>> => {
  const inDb = async (command: string, ...args: ReadonlyArray<string>): Promise<unknown> =>
    (
      await server.admin
        .multi()
        .select(db)
        .call(command, [...args])
        .select(0)
        .exec()
    )?.[1]?.[1];
  const queues = (await inDb('KEYS', '*')) as ReadonlyArray<string>;
  const lists = await Promise.all(queues.map((queue) => inDb('LRANGE', queue, '0', '-1')));
  return lists.flatMap((texts) => [...(texts as ReadonlyArray<string>)].reverse().map(messageOf));
};

/** The messages in one queue of Kombu's, the first that was sent first. */
export const queued = async (
  { admin }: RedisServer,
  db: number,
  queue = 'celery',
): Promise<ReadonlyArray<Message>> => {
  const replies = await admin.multi().select(db).lrange(queue, 0, -1).select(0).exec();
  const texts = (replies?.[1]?.[1] ?? []) as ReadonlyArray<string>;
  return [...texts].reverse().map(messageOf);
};

export const messageOf = (text: string): Message => {
  const { body, headers, properties, ...more } = JSON.parse(text);
  return {
    body: Buffer.from(body, 'base64'),
    contentType: more['content-type'],
    contentEncoding: more['content-encoding'],
    headers,
    properties,
  };
};
