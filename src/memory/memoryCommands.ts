/**
 * The commands of the port over a keyspace and channels in this process: what Redis
 * computes for each, without the way there and back.
 * Source: the replies and error texts of Redis 7.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import { ResponseError, type ResultStoreError } from '../errors/errors.js';
import type { Once, StoreOutcome, Value, Write } from '../port/commands.js';
import * as States from '../states.js';
import type { Channels } from './memoryChannels.js';
import type { Entry, Keyspace } from './memoryKeyspace.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export type Reply<A> = E.Either<ResultStoreError, A>;

/** Each runs at once and as a whole. */
export interface MemoryCommands {
  readonly get: (key: string) => Value;
  readonly set: (write: Write) => Reply<number>;
  readonly store: (write: Write, expected?: Buffer) => Reply<StoreOutcome>;
  readonly delete: (key: string) => number;
  readonly incr: (key: string) => Reply<number>;
  /** A broker in this process takes no commands: there are no deliveries. */
  readonly once: (once: Once) => Reply<string>;
  readonly expire: (key: string, seconds: number) => Reply<boolean>;
  /** In seconds; -1 where the key does not expire, -2 where there is none. */
  readonly ttl: (key: string) => number;
}

// -------------------------------------------------------------------------------------
// the guard of `store`
// -------------------------------------------------------------------------------------

type Verdict = 'Overwrite' | 'Keep' | 'Ask';

const META_HEAD = '{"status": "';

/** The state of a task meta in Celery's own spelling, read off its first bytes. */
const stateOf = (meta: Buffer): O.Option<States.State> => {
  if (meta.toString('utf8', 0, META_HEAD.length) !== META_HEAD) return O.none;
  const end = meta.indexOf('"', META_HEAD.length);
  if (end < 0) return O.none;
  const state = meta.toString('utf8', META_HEAD.length, end);
  // An escape, even of a plain letter, is for a decoder.
  return state.includes('\\') ? O.none : O.some(state);
};

/**
 * Only a SUCCESS is final. A state with an exception is for the caller to decode:
 * Celery refuses to overwrite one that is malformed.
 */
const verdict = (current: Buffer): Verdict =>
  pipe(
    stateOf(current),
    O.match(
      () => 'Ask',
      (state) => {
        if (state === States.SUCCESS) return 'Keep';
        return States.EXCEPTION_STATES.has(state) ? 'Ask' : 'Overwrite';
      },
    ),
  );

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

const INT64_MAX = 2n ** 63n - 1n;

/** What Redis takes for an integer: no sign but a minus, no leading zero, no space; 64 bits. */
const integer = (bytes: Buffer): O.Option<bigint> =>
  pipe(
    bytes.toString('latin1'),
    O.fromPredicate((digits) => /^(0|-?[1-9]\d{0,18})$/.test(digits)),
    O.map(BigInt),
    O.filter((n) => n === BigInt.asIntN(64, n)),
  );

const errorReply = (command: string, key: string, text: string): Reply<never> =>
  E.left(new ResponseError('ERR', command, key, new Error(`ERR ${text}`)));

const NOT_AN_INTEGER = 'value is not an integer or out of range';

export const memoryCommands = (
  keys: Keyspace<Buffer>,
  channels: Channels,
  now: () => number,
): MemoryCommands => {
  const expiryIn = (seconds: number): number => now() + seconds * 1000;

  const put = (key: string, value: Buffer, expiresAt: number): void =>
    keys.put(key, { value, expiresAt });

  const set: MemoryCommands['set'] = ({ key, value, expires }) => {
    if (!Number.isSafeInteger(expires)) return errorReply('SETEX', key, NOT_AN_INTEGER);
    if (expires < 0) return errorReply('SETEX', key, "invalid expire time in 'setex' command");
    const bytes = Buffer.isBuffer(value) ? Buffer.from(value) : Buffer.from(value, 'utf8');
    put(key, bytes, expires === 0 ? Number.POSITIVE_INFINITY : expiryIn(expires));
    return E.right(channels.publish(key, bytes));
  };

  const overwrite = (write: Write): Reply<StoreOutcome> =>
    pipe(
      set(write),
      E.map((receivers) => ({ _tag: 'Stored', receivers })),
    );

  const increment = (key: string, { value, expiresAt }: Entry<Buffer>): Reply<number> =>
    pipe(
      integer(value),
      O.match(
        () => errorReply('INCR', key, NOT_AN_INTEGER),
        (n) => {
          if (n === INT64_MAX)
            return errorReply('INCR', key, 'increment or decrement would overflow');
          put(key, Buffer.from(String(n + 1n)), expiresAt);
          return E.right(Number(n + 1n));
        },
      ),
    );

  return {
    get: (key) =>
      pipe(
        O.fromNullable(keys.get(key)),
        O.map(({ value }) => Buffer.from(value)),
      ),
    set,
    store: (write, expected) => {
      const current = keys.get(write.key)?.value;
      if (current === undefined || current.length === 0 || expected?.equals(current))
        return overwrite(write);
      switch (verdict(current)) {
        case 'Overwrite':
          return overwrite(write);
        case 'Keep':
          return E.right({ _tag: 'Kept' });
        case 'Ask':
          return E.right({ _tag: 'Undecided', current: Buffer.from(current) });
      }
    },
    delete: (key) => Number(keys.delete(key)),
    incr: (key) =>
      increment(
        key,
        keys.get(key) ?? { value: Buffer.from('0'), expiresAt: Number.POSITIVE_INFINITY },
      ),
    expire: (key, seconds) => {
      if (!Number.isSafeInteger(seconds)) return errorReply('EXPIRE', key, NOT_AN_INTEGER);
      const entry = keys.get(key);
      if (entry === undefined) return E.right(false);
      if (seconds <= 0) return E.right(keys.delete(key));
      put(key, entry.value, expiryIn(seconds));
      return E.right(true);
    },
    once: ({ key, holder, expires }) => {
      const taken = keys.get(key);
      if (taken === undefined) put(key, Buffer.from(holder), expiryIn(expires));
      return E.right(taken?.value.toString() ?? holder);
    },
    ttl: (key) => {
      const entry = keys.get(key);
      if (entry === undefined) return -2;
      return Number.isFinite(entry.expiresAt) ? Math.round((entry.expiresAt - now()) / 1000) : -1;
    },
  };
};
