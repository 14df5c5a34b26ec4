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
import type { ChainableCommander, Redis } from 'ioredis';
import * as Rx from 'rxjs';
import { fromObservable, of } from '../operation/operation.js';
import type { Message, Subscriber, Value } from '../port/commands.js';
import type { Link } from './link.js';
import { MessageTap, type MessageTapOptions } from './messageTap.js';
import type { ConnectionPool } from './pool.js';
import { described, send } from './send.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Opens a link of its own when subscribed to, and closes it when unsubscribed. */
export const subscriber = (pool: ConnectionPool): Rx.Observable<Subscriber> =>
  pool.dedicated$.pipe(Rx.map((link) => listening(link, pool)));

const listening = (link: Link, pool: ConnectionPool): Subscriber => ({
  messages$: messages(link),
  follow: (channels) => {
    if (channels.length === 0) return of([]);
    const key = described(channels);
    return fromObservable(
      link.redis.condition?.protocol === 3
        ? send(`SUBSCRIBE, ${reading(channels)}`, key, subscribeAndRead(channels))(link)
        : send(
            'SUBSCRIBE',
            key,
            subscribe(channels),
          )(link).pipe(
            Rx.mergeMap(() => pool.link$),
            Rx.mergeMap(send(reading(channels), key, read(channels))),
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

const subscribe = (channels: Channels) => (redis: Redis) => redis.subscribe(...channels);

const subscribeAndRead = (channels: Channels) => async (redis: Redis) => {
  const [, ...replies] = await replied(reads(redis.pipeline().subscribe(...channels), channels));
  return values(redis, channels, replies);
};

const read = (keys: Channels) => async (redis: Redis) =>
  values(redis, keys, await replied(reads(redis.pipeline(), keys)));

/**
 * GET where there is one key. Else MGET, which passes over a key of another type in
 * silence; so EXISTS counts the keys beside it.
 */
const reads = (pipeline: ChainableCommander, keys: Channels): ChainableCommander => {
  const [first = ''] = keys;
  return keys.length === 1
    ? pipeline.getBuffer(first)
    : pipeline.mgetBuffer(...keys).exists(...keys);
};

const reading = (keys: Channels): string => (keys.length === 1 ? 'GET' : 'MGET');

/** Where there are more keys than values, a GET of each missing one fails for those of another type. */
const values = async (
  redis: Redis,
  keys: Channels,
  [read, existing]: ReadonlyArray<unknown>,
): Promise<ReadonlyArray<Value>> => {
  const found = ((Array.isArray(read) ? read : [read]) as ReadonlyArray<Buffer | null>).map(
    O.fromNullable,
  );
  if (keys.length > 1 && existing !== found.filter(O.isSome).length) {
    const missing = keys.filter((_, i) => found[i]?._tag === 'None');
    await replied(missing.reduce((pipeline, key) => pipeline.getBuffer(key), redis.pipeline()));
  }
  return found;
};

const replied = async (pipeline: ChainableCommander): Promise<ReadonlyArray<unknown>> =>
  ((await pipeline.exec()) ?? []).map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });

const unsubscribe = (channels: Channels) => async (redis: Redis) => {
  await redis.unsubscribe(...channels);
};

const ping = async (redis: Redis) => {
  await redis.ping();
};
