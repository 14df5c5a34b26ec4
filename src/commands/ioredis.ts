/**
 * The command port over ioredis.
 *
 * @since 0.1.0
 */
import * as O from 'fp-ts/lib/Option.js';
import type { Redis } from 'ioredis';
import * as Rx from 'rxjs';
import type { ConnectionPool } from '../connection/pool.js';
import { fromRun, fromSingle, type Operation, of } from '../operation.js';
import type { Commands, Connection, Value } from './commands.js';
import { perTick } from './perTick.js';
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
  close: pool.close,
});

const runSet = script(set);

const commands = (pool: ConnectionPool): Commands => {
  const command = <A>(name: string, key: string, run: (redis: Redis) => Promise<A>): Operation<A> =>
    fromSingle(pool.link$.pipe(Rx.mergeMap(send(name, key, run))));
  const stored = perTick(stores(pool));
  return {
    get: (key) => command('GET', key, (redis) => redis.getBuffer(key).then(O.fromNullable)),
    mget: (keys) =>
      keys.length === 0
        ? of([])
        : command('MGET', described(keys), (redis) => redis.mgetBuffer([...keys]).then(values)),
    set: ({ key, value, expires }) =>
      command('SET', key, (redis) => runSet(redis, [key], [value, expires]).then(Number)),
    store: (write, expected) => fromRun(stored({ write, expected })),
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
