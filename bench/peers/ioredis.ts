/**
 * Raw ioredis: the least that does the same work by hand, so the practical limit. It
 * validates nothing, survives no lost connection, and misses what was stored before.
 */
import { Redis } from 'ioredis';
import type { Peer, Session } from '../peer.js';
import { keyOf } from '../tasks.js';

const CHUNK = 1000;
const A_DAY = 86_400;

/** SUBSCRIBE alone, and MULTI for a store. */
export const ioredis: Peer = async (port) => {
  const publisher = new Redis({ port });
  const store = async (id: string, value: unknown): Promise<void> => {
    const key = keyOf(id);
    const meta = JSON.stringify(metaOf(id, value));
    const replies = await publisher.multi().setex(key, A_DAY, meta).publish(key, meta).exec();
    for (const [error] of replies ?? [[new Error('The transaction was discarded')]]) {
      if (error) throw error;
    }
  };
  return { ...watcher(port, (redis, channels) => redis.subscribe(...channels)), store };
};

/** SUBSCRIBE and MGET, without which a result that was there before is missed; and a bare SET. */
export const ioredisReading: Peer = async (port) => {
  const reader = new Redis({ port });
  return {
    ...watcher(port, async (redis, channels) => {
      await Promise.all([redis.subscribe(...channels), reader.mgetBuffer(...channels)]);
    }),
    store: async (id, value) => {
      await reader.set(keyOf(id), JSON.stringify(metaOf(id, value)));
    },
  };
};

// -------------------------------------------------------------------------------------
// watching
// -------------------------------------------------------------------------------------

interface Wire {
  readonly status: string;
  readonly result: unknown;
}

const watcher = (
  port: number,
  follow: (redis: Redis, channels: ReadonlyArray<string>) => Promise<unknown>,
): Required<Pick<Session, 'watch' | 'leave'>> => {
  const redis = new Redis({ port });
  const callbacks = new Map<string, (meta: Wire) => void>();
  let done: Array<string> = [];

  const flush = (): void => {
    const leaving = done;
    done = [];
    for (const chunk of chunks(leaving)) void redis.unsubscribe(...chunk);
  };
  redis.on('messageBuffer', (channel: Buffer, payload: Buffer) => {
    const name = channel.toString('latin1');
    const callback = callbacks.get(name);
    if (callback === undefined) return;
    const meta: Wire = JSON.parse(payload.toString());
    if (meta.status !== 'SUCCESS') return;
    callbacks.delete(name);
    if (done.push(name) === 1) setImmediate(flush);
    callback(meta);
  });

  return {
    watch: async (ids, take) => {
      for (const id of ids) callbacks.set(keyOf(id), (meta) => take(id, meta.result));
      await Promise.all(chunks(ids.map(keyOf)).map((chunk) => follow(redis, chunk)));
    },
    leave: async () => {
      const channels = [...callbacks.keys()];
      callbacks.clear();
      await Promise.all(chunks(channels).map((chunk) => redis.unsubscribe(...chunk)));
    },
  };
};

const chunks = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, i) =>
    all.slice(i * CHUNK, (i + 1) * CHUNK),
  );

// -------------------------------------------------------------------------------------
// metas
// -------------------------------------------------------------------------------------

const metaOf = (id: string, result: unknown) => ({
  status: 'SUCCESS',
  result,
  traceback: null,
  children: null,
  date_done: new Date().toISOString(),
  task_id: id,
});
