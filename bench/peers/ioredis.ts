/**
 * Raw ioredis: the least that does the same work by hand, so the practical limit. It
 * validates nothing, survives no lost connection, and misses what was stored before.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
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
  const watching = watcher(port, (redis, channels) => redis.subscribe(...channels));
  const sendAndTake = async (id: string, take: (id: string, value: unknown) => void) => {
    await watching.watch([id], take);
    await publisher.lpush('celery', taskMessage(id));
  };
  return {
    ...watching,
    store,
    send: (id) => sendAndTake(id, () => undefined),
    call: (id) =>
      new Promise((resolve, reject) => {
        sendAndTake(id, (_, value) => resolve(value)).catch(reject);
      }),
  };
};

/** SUBSCRIBE and MGET, without which a result that was there before is missed; and a bare SET. */
export const ioredisReading: Peer = async (port) => {
  const reader = new Redis({ port });
  return {
    ...watcher(port, async (redis, channels, take) => {
      const [, values] = await Promise.all([
        redis.subscribe(...channels),
        reader.mgetBuffer(...channels),
      ]);
      values.forEach((value, i) => {
        if (value !== null) take(channels[i] ?? '', value);
      });
    }),
    store: async (id, value) => {
      await reader.set(keyOf(id), JSON.stringify(metaOf(id, value)));
    },
  };
};

/** MGET alone, of so few at a time that large ones stay within some megabytes. */
export const ioredisChunks: Peer = async (port) => {
  const reader = new Redis({ port });
  return {
    watch: async (ids, take) => {
      for (const some of chunks(ids, 8)) {
        const values = await reader.mgetBuffer(...some.map(keyOf));
        values.forEach((value, i) => {
          const meta: Wire = JSON.parse(value?.toString() ?? 'null');
          take(some[i] ?? '', meta.result);
        });
      }
    },
  };
};

// -------------------------------------------------------------------------------------
// watching
// -------------------------------------------------------------------------------------

/** A value of the key, or a message of the channel, of this name. */
type Take = (name: string, payload: Buffer) => void;

interface Wire {
  readonly status: string;
  readonly result: unknown;
}

const watcher = (
  port: number,
  follow: (redis: Redis, channels: ReadonlyArray<string>, take: Take) => Promise<unknown>,
): Required<Pick<Session, 'watch' | 'leave' | 'resynced'>> => {
  const redis = new Redis({ port, autoResubscribe: false, retryStrategy: () => 0 });
  const callbacks = new Map<string, (meta: Wire) => void>();
  let done: Array<string> = [];

  const flush = (): void => {
    const leaving = done;
    done = [];
    for (const chunk of chunks(leaving)) void redis.unsubscribe(...chunk);
  };
  const take: Take = (name, payload) => {
    const callback = callbacks.get(name);
    if (callback === undefined) return;
    const meta: Wire = JSON.parse(payload.toString());
    if (meta.status !== 'SUCCESS') return;
    callbacks.delete(name);
    if (done.push(name) === 1) setImmediate(flush);
    callback(meta);
  };
  redis.on('messageBuffer', (channel: Buffer, payload: Buffer) =>
    take(channel.toString('latin1'), payload),
  );
  const followAll = async (names: ReadonlyArray<string>): Promise<void> => {
    await Promise.all(chunks(names).map((chunk) => follow(redis, chunk, take)));
  };

  return {
    watch: async (ids, tell) => {
      for (const id of ids) callbacks.set(keyOf(id), (meta) => tell(id, meta.result));
      await followAll(ids.map(keyOf));
    },
    resynced: async () => {
      await once(redis, 'ready');
      await followAll([...callbacks.keys()]);
    },
    leave: async () => {
      const channels = [...callbacks.keys()];
      callbacks.clear();
      await Promise.all(chunks(channels).map((chunk) => redis.unsubscribe(...chunk)));
    },
  };
};

const chunks = <A>(all: ReadonlyArray<A>, size = CHUNK): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
    all.slice(i * size, (i + 1) * size),
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

/** As Celery has it, by hand. */
const taskMessage = (id: string): string =>
  JSON.stringify({
    body: Buffer.from(
      '[[1, 2], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]',
    ).toString('base64'),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: {
      lang: 'py',
      ...{ task: 'task', id, shadow: null, eta: null, expires: null, group: null },
      ...{ group_index: null, retries: 0, timelimit: [null, null], root_id: id, parent_id: null },
      ...{ argsrepr: '(1, 2)', kwargsrepr: '{}', origin: 'bench', ignore_result: null },
      ...{ replaced_task_nesting: 0, stamped_headers: null, stamps: {} },
    },
    properties: {
      ...{ correlation_id: id, reply_to: 'replies', delivery_mode: 2 },
      ...{ delivery_info: { exchange: '', routing_key: 'celery' }, priority: 0 },
      ...{ body_encoding: 'base64', delivery_tag: randomUUID() },
    },
  });
