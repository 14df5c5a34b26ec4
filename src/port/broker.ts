/**
 * The port of a broker: what sends task messages. Its adapters are Kombu's layout on Redis
 * and memory, held to one conformance suite, and AMQP, which keeps other promises of where
 * a message lies.
 *
 * @since 0.1.0
 */
import type { Observable } from 'rxjs';
import type { Run } from '../operation/run.js';
import type { Delivery } from '../wire/kombuDeliveries.js';
import type { Message } from '../wire/message.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What sends messages: one of your own does `publish` and `close`, each a function that tells
 * once what came of it, an Either, and returns how it is cancelled, if it can be.
 *
 * @example
 * import * as E from 'fp-ts/lib/Either.js'
 * import { type Broker, RedisBackend } from 'chordis'
 * import { Producer } from 'chordis/producer'
 *
 * const broker: Broker = {
 *   publish: (messages) => (settle) => {
 *     for (const { headers } of messages) console.log(headers.task)
 *     settle(E.right(undefined))
 *     return undefined
 *   },
 *   close: (settle) => {
 *     settle(E.right(undefined))
 *     return undefined
 *   },
 * }
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * await new Producer({ broker, backend }).sendTask('tasks.add', [1, 2])() // => tasks.add
 * await backend.close()()
 *
 * @category model
 * @since 0.1.0
 */
export interface Broker {
  /** In order. Where each goes is in its `delivery_info`, as `exchange` and `routing_key`. */
  readonly publish: (messages: ReadonlyArray<Message>) => Run<void>;
  /** Whether a message can leave at once; else its sending waits among what the backend bounds. Default: it can. */
  readonly isReady?: (() => boolean) | undefined;
  /** For a broker on a Redis: what `publish` would do there, so that others can. */
  readonly onRedis?: OnRedis | undefined;
  /** How workers are heard; without it, they can be told things alone. */
  readonly hearing?: Hearing | undefined;
  /** Drops its connections, once what is under way is over. */
  readonly close: Run<void>;
}

/**
 * A broker that is on a Redis: where that is, and what to send there.
 *
 * @category model
 * @since 0.1.0
 */
export interface OnRedis {
  /** `host:port`, or the path of a socket: where it is that of a store, both are one server. */
  readonly address: string;
  /** As `ChordCommands` has it, by which one server is known under two addresses. */
  readonly server: Run<string | null>;
  readonly db: number;
  /** The commands that send the messages, to be run in order; it looks up where each goes. */
  readonly deliveries: (messages: ReadonlyArray<Message>) => Run<ReadonlyArray<Delivery>>;
}

/** Each is cold, and emits one stream of messages once none of them can be missed. */
export interface Hearing {
  /** What comes to a queue of its own, bound to `exchange` for as long as this is subscribed to. */
  readonly replies: (exchange: string, routingKey: string) => Observable<Observable<Message>>;
  /** What is broadcast at `exchange`, by any routing key. */
  readonly broadcasts: (exchange: string) => Observable<Observable<Message>>;
}
