/**
 * The broker port inside this process: the same lists and channels as on Redis.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { Closed } from '../errors/errors.js';
import type { Broker } from '../port/broker.js';
import {
  type Bindings,
  boundExchanges,
  type Delivery,
  deliveries,
} from '../wire/kombuDeliveries.js';
import { type KombuOptions, kombuLayout } from '../wire/kombuLayout.js';
import type { Message } from '../wire/message.js';
import type { MemoryServer } from './memoryServer.js';

export const memoryBroker = (server: MemoryServer, options: KombuOptions = {}): Broker => {
  const layout = kombuLayout(options);
  const made = deliveries(layout, 0);
  let isClosed = false;
  const obstacle = () => (isClosed ? new Closed('broker') : server.refusal());

  const deliver = ({ command, key, value }: Delivery): void => {
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value);
    if (command === 'PUBLISH') server.channels.publish(key, bytes);
    else server.queues.push(key, bytes);
  };

  const bound = (messages: ReadonlyArray<Message>): Bindings =>
    new Map(
      boundExchanges(layout, messages).map((exchange) => [
        exchange,
        server.queues.bindings(layout.bindings(exchange)),
      ]),
    );

  return {
    publish: (messages) =>
      server.request(obstacle, () =>
        pipe(
          made(messages, bound(messages)),
          E.map((all) => all.forEach(deliver)),
        ),
      ),
    close: server.request<void>(
      () => undefined,
      () => {
        isClosed = true;
        return E.right(undefined);
      },
    ),
  };
};
