/**
 * The port over ioredis.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import type { Redis } from 'ioredis';
import { afterArrivals } from '../operation/arrivals.js';
import { atEndOfTick } from '../operation/endOfTick.js';
import { toRun } from '../operation/operation.js';
import { perTick } from '../operation/perTick.js';
import { chain, type Run, settled } from '../operation/run.js';
import type { Commands, Connection } from '../port/commands.js';
import { chordCommands } from './chords.js';
import { ping } from './ping.js';
import type { ConnectionPool } from './pool.js';
import { script } from './script.js';
import { sendOnce } from './scripts/sendOnce.js';
import { set } from './scripts/set.js';
import { described, type Named, send } from './send.js';
import { rule, stores } from './stores.js';
import { subscriber } from './subscriber.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Commands over the links of `pool`; each subscriber over a link of its own. */
export const ioredis = (pool: ConnectionPool): Connection => ({
  commands: commands(pool),
  chords: chordCommands(pool, pool.config.db),
  subscriber$: subscriber(pool),
  leaveAfter: 10,
  isReady: () => pool.isReady,
  queue: pool.offlineQueue,
  taken: (settle) => {
    afterArrivals(
      () => pool.bytesRead,
      () => settle(E.right(undefined)),
    );
    return undefined;
  },
  // what was stored in this tick goes before
  close: (settle) => {
    atEndOfTick(() => toRun(pool.close)(settle));
    return undefined;
  },
});

const runSet = script(set);

const runSendOnce = script(sendOnce);

const commands = (pool: ConnectionPool): Commands => {
  const command = <A>(named: Named, call: (redis: Redis) => Promise<A>): Run<A> =>
    pipe(
      pool.link,
      chain((link) => send(link, named, call)),
    );
  const stored = perTick(stores(pool));
  return {
    get: (key) =>
      command({ command: 'GET', key }, (redis) => redis.getBuffer(key).then(O.fromNullable)),
    mget: (keys) =>
      keys.length === 0
        ? settled(E.right([]))
        : command({ command: 'MGET', key: described(keys) }, (redis) =>
            redis.mgetBuffer([...keys]).then((values) => values.map(O.fromNullable)),
          ),
    set: ({ key, value, expires }) =>
      command({ command: 'SET', key, rule }, (redis) =>
        runSet(redis, [key], [value, expires]).then(Number),
      ),
    store: (write, expected) => stored({ write, expected }),
    delete: (key) => command({ command: 'DEL', key }, (redis) => redis.del(key)),
    incr: (key) => command({ command: 'INCR', key }, (redis) => redis.incr(key)),
    expire: (key, seconds) =>
      command({ command: 'EXPIRE', key }, (redis) =>
        redis.expire(key, seconds).then((there) => there === 1),
      ),
    once: ({ key, holder, expires, deliveries, db }) => {
      const dbs = db === null || db === pool.config.db ? ['', ''] : [db, pool.config.db];
      const sent = deliveries.flatMap(({ command: name, key: to, value }) => [name, to, value]);
      const rule = '+get +set +select +lpush +publish';
      return command({ command: 'EVALSHA', key, rule }, (redis) =>
        runSendOnce(redis, [key], [holder, expires, ...dbs, ...sent]).then(String),
      );
    },
    ping: pipe(pool.link, chain(ping)),
  };
};
