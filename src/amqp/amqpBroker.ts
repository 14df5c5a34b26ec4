/**
 * The broker port over AMQP 0-9-1, for RabbitMQ, as Kombu does it over py-amqp.
 *
 * @since 0.1.0
 */
import { inspect } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { EncodeError, ImproperlyConfigured } from '../errors/errors.js';
import { atEndOfTick } from '../operation/endOfTick.js';
import { fromRun, type Operation } from '../operation/operation.js';
import { chain, defer, fromPromise, map, type Run, settled } from '../operation/run.js';
import type { Broker } from '../port/broker.js';
import type { Message } from '../wire/message.js';
import { addresses, placeText } from './addresses.js';
import { delays } from './delays.js';
import { amqpHearing } from './hearing.js';
import { openLink } from './link.js';
import { needOf } from './needs.js';
import { openings } from './openings.js';
import { type AmqpOptions, amqpConfig } from './options.js';
import { publication } from './publication.js';
import { type Needing, Publisher } from './publisher.js';
import { queues as knownQueues } from './queues.js';
import { UnderWay } from './underWay.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A broker over AMQP. It stays its owner's to end.
 *
 * @category model
 * @since 0.1.0
 */
export interface AmqpBroker extends Broker, AsyncDisposable {
  /** Waits for what is under way, and closes its connections; what is asked for later is `Closed`. */
  readonly end: () => Operation<void>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * A broker over AMQP, for a `Producer` or as the `broker` of a backend. It opens a connection
 * once it is first needed. The URL is `amqp://user:password@host:port/vhost`, `amqps://` with
 * TLS; of several, between semicolons, the next one is tried where one can't be reached.
 *
 * A message is out once the broker has it in a queue: what no queue takes is an
 * `InvalidArgument`, a queue that is declared otherwise than it is a `ResponseError` with the
 * code `PRECONDITION_FAILED`, what a queue has no room for an `Unavailable`. Throws
 * `ImproperlyConfigured`.
 *
 * @example
 * import { RedisBackend } from 'chordis'
 * import { amqpBroker } from 'chordis/amqp'
 * import { Producer } from 'chordis/producer'
 *
 * const broker = amqpBroker('amqp://guest:guest@localhost:5672//', { taskQueueMaxPriority: 10 })
 * // bodies of chords go there, too
 * const backend = new RedisBackend({ url: 'memory://', broker })
 * const producer = new Producer({ backend })
 *
 * await producer.close()()
 * await backend.close()()
 * await broker.end()()
 *
 * @category constructors
 * @since 0.1.0
 */
export const amqpBroker = (url: string, options: AmqpOptions = {}): AmqpBroker => {
  const config = orThrow(amqpConfig(options));
  const places = orThrow(addresses(url, config.ssl));
  const queues = knownQueues(config);
  const needing = needOf(queues, config.declare);
  const delayed = delays(queues, config);
  const links = openings(places, (place) => openLink(place, config));
  const publishers = openings(
    places,
    async (place) => new Publisher(await openLink(place, config)),
  );
  const underWay = new UnderWay();
  /** Of those that are to be published once more with others, which are out already. */
  const out = new WeakSet<Message>();

  const prepared = (message: Message): E.Either<EncodeError, Needing> =>
    pipe(
      publication(message),
      E.map((written) => ({
        ...written,
        need: needing(written),
        ...delayed(written, message.headers, Date.now()),
      })),
    );

  const publish = async (
    publisher: Publisher,
    messages: ReadonlyArray<Message>,
    all: ReadonlyArray<Needing>,
  ): Promise<void> => {
    const results = await publisher.publish(all);
    const failed = results.find(({ status }) => status === 'rejected');
    if (failed?.status !== 'rejected') return;
    for (const [i, message] of messages.entries()) {
      if (results[i]?.status === 'fulfilled') out.add(message);
    }
    throw failed.reason;
  };

  const publishing = (messages: ReadonlyArray<Message>): Run<void> => {
    const left = messages.filter((message) => !out.has(message));
    const all = E.traverseArray(prepared)(left);
    if (E.isLeft(all)) return settled(all);
    if (left.length === 0) return settled(E.right(undefined));
    return pipe(
      publishers.ready,
      chain((publisher) => fromPromise(() => publish(publisher, left, all.right))),
      map(() => {
        for (const message of messages) out.delete(message);
      }),
    );
  };

  const over = fromPromise(async () => {
    await underWay.over(config.closeTimeout);
    await Promise.all([publishers.close(), links.close()]);
  });
  /** What was published in this tick goes before. */
  const close: Run<void> = (settle) => {
    atEndOfTick(() => over(settle));
    return undefined;
  };

  const broker = {
    publish: (messages: ReadonlyArray<Message>) =>
      underWay.counted(defer(() => publishing(messages))),
    hearing: amqpHearing(links),
    close,
    end: () => fromRun(close),
    [Symbol.asyncDispose]: async () => {
      await fromRun(close)();
    },
    [inspect.custom]: () => `amqpBroker(${places.map(placeText).join(';')})`,
  };
  return broker;
};

const orThrow = <A>(either: E.Either<ImproperlyConfigured, A>): A => {
  if (E.isLeft(either)) throw either.left;
  return either.right;
};
