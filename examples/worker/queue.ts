/**
 * A queue in Kombu's layout on Redis, shared with Celery's own workers.
 *
 * Each priority has a list. What was taken and is not acknowledged yet lies in the hash
 * `unacked`, and the time at which it was taken in `unacked_index`; what lies there for longer
 * than the visibility timeout is put back by whichever worker looks first.
 * Source: `QoS` and `Channel` in `kombu/transport/redis.py`.
 *
 * Kombu takes a message and notes it in two steps. Here it is one, so that a worker that is
 * killed loses none.
 */
import { randomUUID } from 'node:crypto';
import { json } from 'chordis';
import { encodeMessage, Message } from 'chordis/wire';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { Redis } from 'ioredis';

export interface Delivery {
  /** What it is held by until it is acknowledged. */
  readonly tag: string;
  readonly bytes: Buffer;
}

export interface Queue {
  /** The most urgent message; null where none has come for a second. */
  readonly take: () => Promise<Delivery | null>;
  readonly acknowledge: (delivery: Delivery) => Promise<void>;
  /** Acknowledges a message, and has another one wait in its place, behind all others. */
  readonly replace: (delivery: Delivery, message: Message) => Promise<void>;
  /** Puts back what somebody holds for too long. */
  readonly restoreOverdue: () => Promise<void>;
  /** Puts back what is held here, and disconnects. */
  readonly close: () => Promise<void>;
}

/** KEYS: unacked, unacked_index, the lists. ARGV: tag, now, where it came from. */
const TAKE = `
for i = 3, #KEYS do
  local message = redis.call('RPOP', KEYS[i])
  if message then
    redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
    redis.call('HSET', KEYS[1], ARGV[1], '[' .. message .. ', ' .. ARGV[3] .. ']')
    return message
  end
end`;

/** KEYS: unacked, unacked_index, a list. ARGV: tag, how to push, message. The first one does it. */
const PUT_BACK = `
if redis.call('ZREM', KEYS[2], ARGV[1]) == 1 then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call(ARGV[2], KEYS[3], ARGV[3])
end`;

/** What lies in `unacked`: a message, and the exchange and routing key that it came by. */
const Unacked = t.tuple([Message, t.string, t.string]);

const UNACKED = ['unacked', 'unacked_index'] as const;

const listOf = (queue: string, priority: unknown): string => {
  const step = Math.min(Math.floor(Math.max(Number(priority) || 0, 0) / 3), 3) * 3;
  return step === 0 ? queue : `${queue}\x06\x16${step}`;
};

const redelivered = (message: Message): Message => ({
  ...message,
  headers: { ...message.headers, redelivered: true },
});

const orThrow = <A>(either: E.Either<Error, A>): A => {
  if (E.isLeft(either)) throw either.left;
  return either.right;
};

export const openQueue = (url: string, name: string, visibilityTimeout: number): Queue => {
  const lists = [0, 3, 6, 9].map((priority) => listOf(name, priority));
  const held = new Set<string>();
  // Where a reply was lost, a message may have been taken: TAKE is not sent again.
  const options = { maxRetriesPerRequest: null, autoResendUnfulfilledCommands: false };
  const [redis, waiting] = [new Redis(url, options), new Redis(url, options)];
  redis.on('error', ({ message }) => console.error(`broker: ${message}`));
  waiting.on('error', () => {});

  /** Moves a message to where it is, once there is one: a wait that takes none. Since Redis 6.2. */
  const arrival = (): Promise<unknown> =>
    waiting.blmove(name, name, 'RIGHT', 'RIGHT', 1).finally(() => {
      arriving = undefined;
    });
  let arriving: Promise<unknown> | undefined;

  const putBack = async (
    tag: string,
    push: 'LPUSH' | 'RPUSH',
    list: string,
    message: Message,
  ): Promise<void> => {
    await redis.eval(PUT_BACK, 3, ...UNACKED, list, tag, push, orThrow(encodeMessage(message)));
    held.delete(tag);
  };

  const restore = async (tag: string): Promise<void> => {
    const noted = await redis.hgetBuffer('unacked', tag);
    const unacked = pipe(json.decode(noted ?? Buffer.from('null')), E.chainW(Unacked.decode));
    if (E.isLeft(unacked)) return;
    const [message, exchange, queue] = unacked.right;
    // By its bindings, an exchange may lead to other queues: that is left to Kombu.
    if (exchange !== '') return;
    const list = listOf(queue, message.properties.priority);
    await putBack(tag, 'RPUSH', list, redelivered(message));
  };

  return {
    take: async () => {
      const tag = randomUUID();
      const keys = [...UNACKED, ...lists];
      const from = `"", ${JSON.stringify(name)}`;
      const now = String(Date.now() / 1000);
      const bytes = await redis.callBuffer('EVAL', TAKE, keys.length, ...keys, tag, now, from);
      if (Buffer.isBuffer(bytes)) {
        held.add(tag);
        return { tag, bytes };
      }
      arriving ??= arrival();
      await arriving;
      return null;
    },
    acknowledge: async ({ tag }) => {
      await redis.multi().zrem('unacked_index', tag).hdel('unacked', tag).exec();
      held.delete(tag);
    },
    replace: ({ tag }, message) =>
      putBack(tag, 'LPUSH', listOf(name, message.properties.priority), message),
    restoreOverdue: async () => {
      const since = Date.now() / 1000 - visibilityTimeout;
      const tags = await redis.zrangebyscore('unacked_index', 0, since, 'LIMIT', 0, 100);
      await Promise.all(tags.map(restore));
    },
    close: async () => {
      waiting.disconnect();
      if (redis.status === 'ready') {
        // What is being taken is held by the time this is answered.
        await redis.ping();
        await Promise.all([...held].map(restore));
      }
      redis.disconnect();
    },
  };
};
