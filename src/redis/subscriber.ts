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
import * as E from 'fp-ts/lib/Either.js';
import type { Redis } from 'ioredis';
import * as Rx from 'rxjs';
import { fromRun } from '../operation/operation.js';
import { settled } from '../operation/run.js';
import type { Found, Message, Subscriber } from '../port/commands.js';
import type { Link } from './link.js';
import { MessageTap, type MessageTapOptions } from './messageTap.js';
import { ping } from './ping.js';
import type { ConnectionPool } from './pool.js';
import { described, send } from './send.js';
import { piece, pieces, reading } from './snapshot.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Opens a link of its own when subscribed to, and closes it when unsubscribed. */
export const subscriber = (pool: ConnectionPool): Rx.Observable<Subscriber> =>
  pool.dedicated$.pipe(Rx.map((link) => listening(link, pool)));

type Channels = ReadonlyArray<string>;

const listening = (link: Link, pool: ConnectionPool): Subscriber => {
  const readsBeside = link.redis.condition?.protocol === 3;
  const read = (keys: Channels): Rx.Observable<ReadonlyArray<Found>> =>
    readsBeside
      ? pieces(link, keys)
      : fromRun(pool.link).pipe(Rx.mergeMap((other) => pieces(other, keys)));
  return {
    messages$: messages(link),
    read,
    follow: (channels) => {
      if (channels.length === 0) return Rx.EMPTY;
      const subscribed = send(link, reading(channels, 'SUBSCRIBE'), (redis) =>
        redis.subscribe(...channels),
      );
      return readsBeside
        ? subscribedAndRead(link, channels)
        : fromRun(subscribed).pipe(Rx.mergeMap(() => read(channels)));
    },
    // UNSUBSCRIBE of none would leave them all
    leave: (channels) =>
      channels.length === 0
        ? settled(E.right(undefined))
        : send(link, { command: 'UNSUBSCRIBE', key: described(channels) }, async (redis) => {
            await redis.unsubscribe(...channels);
          }),
    ping: ping(link),
    arrived: () => link.bytesRead,
  };
};

/** Both leave in one write; what the first piece has left is read behind it. */
const subscribedAndRead = (link: Link, channels: Channels): Rx.Observable<ReadonlyArray<Found>> =>
  fromRun(
    send(link, reading(channels, 'SUBSCRIBE, GET'), async (redis) => {
      redis.stream.cork();
      const replies = Promise.allSettled([redis.subscribe(...channels), piece(link, channels)]);
      redis.stream.uncork();
      const [subscribed, read] = await replies;
      if (subscribed.status === 'rejected') throw subscribed.reason;
      if (read.status === 'rejected') throw read.reason;
      return read.value;
    }),
  ).pipe(
    Rx.mergeMap(({ end, found }) => Rx.concat(Rx.of(found), pieces(link, channels, end, 2 * end))),
  );

// -------------------------------------------------------------------------------------
// messages
// -------------------------------------------------------------------------------------

/** Every result passes here, so the messages are passed on without operators. */
const messages = ({ redis, lost$ }: Link): Rx.Observable<Message> => {
  const heard = new Rx.Subject<Message>();
  const take = (channel: Buffer, payload: Buffer): void => heard.next({ channel, payload });
  lost$.subscribe(heard);
  redis.on('messageBuffer', take);
  if (redis.condition?.protocol === 3) tap(redis, take);
  return heard;
};

/**
 * Between ioredis and its socket, where nobody else listens to that. A link just made is
 * between two frames.
 */
const tap = ({ stream }: Redis, take: MessageTapOptions['take']): void => {
  const [read, ...others] = stream.listeners('data');
  if (read === undefined || others.length > 0) return;
  const messageTap = new MessageTap({ take, pass: (bytes) => read.call(stream, bytes) });
  stream.prependListener('data', (chunk: Buffer) => messageTap.write(chunk));
  stream.off('data', read as () => void);
};
