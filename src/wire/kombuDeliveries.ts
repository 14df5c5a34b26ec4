/**
 * The commands that send messages by Kombu's layout.
 * Source: `basic_publish` in `kombu/transport/virtual/base.py`, `_put` and `_put_fanout` in
 * `kombu/transport/redis.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { type EncodeError, InvalidArgument } from '../errors/errors.js';
import { destinationOf, type KombuLayout } from './kombuLayout.js';
import { encodeMessage, type Message } from './message.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * `command key value`. PUBLISH is for what has no queue, such as a broadcast.
 *
 * @category model
 * @since 0.1.0
 */
export interface Delivery {
  /** LPUSH to a list, or PUBLISH on a channel. */
  readonly command: 'LPUSH' | 'PUBLISH';
  /** The list or channel. */
  readonly key: string;
  /** The message as it is written. */
  readonly value: string | Buffer;
}

/** By exchange, the members of the set of its bindings. */
export type Bindings = ReadonlyMap<string, ReadonlyArray<string>>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * The exchanges whose bindings are to be looked up.
 *
 * @internal
 */
export const boundExchanges = (
  layout: KombuLayout,
  messages: ReadonlyArray<Message>,
): ReadonlyArray<string> => {
  const exchanges = new Set<string>();
  for (const message of messages) {
    const { exchange } = destinationOf(message);
    if (exchange !== '' && !layout.isFanout(exchange)) exchanges.add(exchange);
  }
  return [...exchanges];
};

/**
 * In order. What no queue takes is a `Left`, where Kombu would lose it without a word.
 *
 * @internal
 */
export const deliveries =
  (layout: KombuLayout, db: number) =>
  (
    messages: ReadonlyArray<Message>,
    bindings: Bindings,
  ): E.Either<EncodeError | InvalidArgument, ReadonlyArray<Delivery>> => {
    const made: Array<Delivery> = [];
    for (const message of messages) {
      const target = targetOf(layout, db, message, bindings);
      if (E.isLeft(target)) return target;
      const encoded = encodeMessage(message);
      if (E.isLeft(encoded)) return encoded;
      const { command, keys } = target.right;
      for (const key of keys) made.push({ command, key, value: encoded.right });
    }
    return E.right(made);
  };

/** What one message is sent by, and where to. */
interface Target {
  readonly command: Delivery['command'];
  readonly keys: ReadonlyArray<string>;
}

const targetOf = (
  layout: KombuLayout,
  db: number,
  message: Message,
  bindings: Bindings,
): E.Either<InvalidArgument, Target> => {
  const { exchange, routingKey, priority } = destinationOf(message);
  if (layout.isFanout(exchange)) {
    return E.right({ command: 'PUBLISH', keys: [layout.channel(exchange, routingKey, db)] });
  }
  const queues =
    exchange === '' ? [routingKey] : layout.queues(bindings.get(exchange) ?? [], routingKey);
  return queues.some((queue) => queue !== '')
    ? E.right({ command: 'LPUSH', keys: queues.map((queue) => layout.list(queue, priority)) })
    : E.left(
        new InvalidArgument(
          'exchange',
          `'${exchange}' has no queue for the routing key '${routingKey}'.`,
        ),
      );
};
