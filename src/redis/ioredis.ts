/**
 * The command port over ioredis.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import type { Redis } from 'ioredis';
import * as Rx from 'rxjs';
import { atEndOfTick } from '../operation/endOfTick.js';
import {
  continueWith,
  fromRun,
  fromSingle,
  type Operation,
  of,
  type Run,
  settled,
  toRun,
} from '../operation/operation.js';
import { perTick } from '../operation/perTick.js';
import type { Commands, Connection, Value } from '../port/commands.js';
import type { ConnectionPool } from './pool.js';
import { script } from './script.js';
import { set } from './scripts/set.js';
import { described, send } from './send.js';
import { stores } from './stores.js';
import { subscriber } from './subscriber.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Commands over the links of `pool`; each subscriber over a link of its own. */
export const ioredis = (pool: ConnectionPool): Connection => ({
  commands: commands(pool),
  subscriber$: subscriber(pool),
  leaveAfter: 10,
  // what was stored in this tick goes before
  close: fromRun((settle) => {
    atEndOfTick(() => toRun(pool.close)(settle));
    return undefined;
  }),
});

const runSet = script(set);

const commands = (pool: ConnectionPool): Commands => {
  const command = <A>(name: string, key: string, run: (redis: Redis) => Promise<A>): Operation<A> =>
    fromSingle(pool.link$.pipe(Rx.mergeMap(send(name, key, run))));
  const stored = perTick(stores(pool));
  /** Each waits for itself, so that each has its place in the offline queue. */
  const whenReady = <A>(run: Run<A>): Run<A> =>
    continueWith(toRun(fromSingle(pool.link$)), (link) => (E.isLeft(link) ? settled(link) : run));
  return {
    get: (key) => command('GET', key, (redis) => redis.getBuffer(key).then(O.fromNullable)),
    mget: (keys) =>
      keys.length === 0
        ? of([])
        : command('MGET', described(keys), (redis) => redis.mgetBuffer([...keys]).then(values)),
    set: ({ key, value, expires }) =>
      command('SET', key, (redis) => runSet(redis, [key], [value, expires]).then(Number)),
    store: (write, expected) => {
      const joined = stored({ write, expected });
      return fromRun((settle) => (pool.isReady ? joined : whenReady(joined))(settle));
    },
    delete: (key) => command('DEL', key, (redis) => redis.del(key)),
    incr: (key) => command('INCR', key, (redis) => redis.incr(key)),
    expire: (key, seconds) =>
      command('EXPIRE', key, (redis) => redis.expire(key, seconds).then((there) => there === 1)),
  };
};

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

const values = (reply: ReadonlyArray<Buffer | null>): ReadonlyArray<Value> =>
  reply.map(O.fromNullable);
