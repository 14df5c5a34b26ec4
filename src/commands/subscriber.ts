/**
 * A link that listens.
 *
 * With RESP3, commands go beside subscriptions: SUBSCRIBE and the first read leave in
 * one write on one connection, so the values read and the messages that follow have a
 * total order. A server without RESP3 is read over the pool once the subscription is
 * confirmed, and there a message may overtake the value.
 *
 * @since 0.1.0
 */
import * as O from 'fp-ts/lib/Option.js';
import type { Redis } from 'ioredis';
import * as Rx from 'rxjs';
import type { Link } from '../connection/link.js';
import type { ConnectionPool } from '../connection/pool.js';
import { fromObservable, of } from '../operation.js';
import type { Message, Subscriber, Value } from './commands.js';
import { described, send } from './send.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Opens a link of its own when subscribed to, and closes it when unsubscribed. */
export const subscriber = (pool: ConnectionPool): Rx.Observable<Subscriber> =>
  pool.dedicated$.pipe(Rx.map((link) => listening(link, pool)));

const listening = (link: Link, pool: ConnectionPool): Subscriber => ({
  messages$: Rx.merge(messages(link.redis), link.lost$),
  follow: (channels) => {
    if (channels.length === 0) return of([]);
    const key = described(channels);
    return fromObservable(
      link.redis.condition?.protocol === 3
        ? send('SUBSCRIBE', key, subscribeAndRead(channels))(link)
        : send(
            'SUBSCRIBE',
            key,
            subscribe(channels),
          )(link).pipe(
            Rx.mergeMap(() => pool.link$),
            Rx.mergeMap(send('MGET', key, read(channels))),
          ),
    );
  },
  // UNSUBSCRIBE of none would leave them all
  leave: (channels) =>
    channels.length === 0
      ? of(undefined)
      : fromObservable(send('UNSUBSCRIBE', described(channels), unsubscribe(channels))(link)),
  ping: fromObservable(send('PING', link.address, ping)(link)),
});

// -------------------------------------------------------------------------------------
// the commands
// -------------------------------------------------------------------------------------

type Channels = ReadonlyArray<string>;

const messages = (redis: Redis): Rx.Observable<Message> =>
  Rx.fromEventPattern(
    (listener) => redis.on('messageBuffer', listener),
    (listener) => redis.off('messageBuffer', listener),
    (channel: Buffer, payload: Buffer) => ({ channel: channel.toString(), payload }),
  );

const subscribe = (channels: Channels) => (redis: Redis) => redis.subscribe(...channels);

/** GET where there is one, since MGET passes over a key of another type in silence. */
const read = (keys: Channels) => async (redis: Redis) => {
  const [first = ''] = keys;
  return valuesOf(
    keys.length === 1 ? await redis.getBuffer(first) : await redis.mgetBuffer(...keys),
  );
};

const subscribeAndRead = (channels: Channels) => async (redis: Redis) => {
  const [first = ''] = channels;
  const pipeline = redis.pipeline().subscribe(...channels);
  const replies =
    (await (channels.length === 1
      ? pipeline.getBuffer(first)
      : pipeline.mgetBuffer(...channels)
    ).exec()) ?? [];
  for (const [error] of replies) if (error) throw error;
  return valuesOf(replies[1]?.[1]);
};

const valuesOf = (reply: unknown): ReadonlyArray<Value> =>
  ((Array.isArray(reply) ? reply : [reply]) as ReadonlyArray<Buffer | null>).map(O.fromNullable);

const unsubscribe = (channels: Channels) => async (redis: Redis) => {
  await redis.unsubscribe(...channels);
};

const ping = async (redis: Redis) => {
  await redis.ping();
};
