/**
 * What workers say, over Redis in Kombu's layout. Each listens on a link of its own, which is
 * not made anew: a stream fails with the link.
 * Source: `_brpop_start`, `_queue_bind` and `_put_fanout` in `kombu/transport/redis.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import type { Redis } from 'ioredis';
import * as Rx from 'rxjs';
import { fromRun } from '../operation/operation.js';
import { chain, type Run } from '../operation/run.js';
import type { Hearing } from '../port/broker.js';
import type { KombuLayout } from '../wire/kombuLayout.js';
import { decodeMessage, type Message } from '../wire/message.js';
import type { Link } from './link.js';
import type { ConnectionPool } from './pool.js';
import { send } from './send.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const kombuHearing = (pool: ConnectionPool, layout: KombuLayout): Hearing => ({
  replies: (exchange, routingKey) => {
    const queue = `${routingKey}.${exchange}`;
    const list = layout.list(queue, 0);
    const bindings = layout.bindings(exchange);
    const member = layout.binding(routingKey, queue);
    const onPool = (command: string, key: string, call: (redis: Redis) => Promise<unknown>) =>
      pipe(
        pool.link,
        chain((link) => send(link, { command, key }, call)),
      );
    const bound = onPool('SADD', bindings, (redis) => redis.sadd(bindings, member));
    const unbound = onPool('SREM', bindings, (redis) =>
      redis.multi().srem(bindings, member).del(list).exec(),
    );
    return pool.dedicated$.pipe(
      Rx.concatMap((link) =>
        fromRun(bound).pipe(
          Rx.map(() => popped(link, list)),
          Rx.mergeWith(link.lost$),
        ),
      ),
      Rx.finalize(() => unbound(constVoid)),
    );
  },
  broadcasts: (exchange) => {
    const pattern = `${literal(layout.channel(exchange, '', pool.config.db))}/*`;
    return pool.dedicated$.pipe(
      Rx.concatMap((link) =>
        fromRun(
          send(link, { command: 'PSUBSCRIBE', key: pattern }, (redis) => redis.psubscribe(pattern)),
        ).pipe(
          Rx.map(() => heardBy(link)),
          Rx.mergeWith(link.lost$),
        ),
      ),
    );
  },
});

/** The server is asked again and again, each time for less than a silence may last. */
const popped = (link: Link, list: string): Rx.Observable<Message> => {
  const seconds = Math.min(1, link.socketTimeout / 2);
  const pop: Run<readonly [Buffer, Buffer] | null> = send(
    link,
    { command: 'BRPOP', key: list },
    (redis) => redis.brpopBuffer(list, seconds) as Promise<[Buffer, Buffer] | null>,
  );
  return fromRun(pop).pipe(
    Rx.repeat(),
    Rx.mergeMap((found) => (found === null ? [] : read(list, found[1]))),
  );
};

const heardBy = ({ redis }: Link): Rx.Observable<Message> =>
  new Rx.Observable((observer) => {
    const hear = (_pattern: Buffer, channel: Buffer, payload: Buffer): void => {
      for (const message of read(String(channel), payload)) observer.next(message);
    };
    redis.on('pmessageBuffer', hear);
    return () => redis.off('pmessageBuffer', hear);
  });

/** What is no message is passed over: anybody may write there. */
const read = (key: string, bytes: Buffer): ReadonlyArray<Message> =>
  pipe(
    decodeMessage(key, bytes),
    E.match(
      () => [],
      (message) => [message],
    ),
  );

/** As a pattern of PSUBSCRIBE. */
const literal = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&');
