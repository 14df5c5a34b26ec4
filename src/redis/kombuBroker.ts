/**
 * The broker port over Redis, in Kombu's layout.
 *
 * The messages of one tick are one write. Several lists are pushed to in one transaction:
 * the messages of a canvas are all there, or none is.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Redis } from 'ioredis';
import { addressText } from '../config/address.js';
import { isConnectionError } from '../errors/retryable.js';
import { atEndOfTick } from '../operation/endOfTick.js';
import { toRun } from '../operation/operation.js';
import { type PerTick, perTick } from '../operation/perTick.js';
import { chain, map, type Result, type Run, settled } from '../operation/run.js';
import type { Broker } from '../port/broker.js';
import {
  type Bindings,
  boundExchanges,
  type Delivery,
  deliveries,
} from '../wire/kombuDeliveries.js';
import { type KombuLayout, type KombuOptions, kombuLayout } from '../wire/kombuLayout.js';
import type { Message } from '../wire/message.js';
import { kombuHearing } from './kombuHearing.js';
import type { Link } from './link.js';
import type { ConnectionPool } from './pool.js';
import { described, failureOf, send } from './send.js';
import { serverId } from './serverId.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Closing it closes the pool. */
export const kombuBroker = (pool: ConnectionPool, options: KombuOptions = {}): Broker => {
  const layout = kombuLayout(options);
  const { address, db } = pool.config;
  const made = deliveries(layout, db);
  const withBindings = <A>(
    messages: ReadonlyArray<Message>,
    use: (bound: Bindings) => Run<A>,
  ): Run<A> => {
    const exchanges = boundExchanges(layout, messages);
    return exchanges.length === 0
      ? use(unbound)
      : pipe(bindings(pool, layout, exchanges), chain(use));
  };
  const sent = perTick(sending(pool));
  return {
    publish: (messages) =>
      withBindings(messages, (bound) => {
        const commands = made(messages, bound);
        if (E.isLeft(commands)) return settled(commands);
        return commands.right.length === 0 ? settled(E.right(undefined)) : sent(commands.right);
      }),
    isReady: () => pool.isReady,
    onRedis: {
      ...{ address: addressText(address), server: serverId(pool), db },
      deliveries: (messages) => withBindings(messages, (bound) => settled(made(messages, bound))),
    },
    hearing: kombuHearing(pool, layout),
    // what was published in this tick goes before
    close: (settle) => {
      atEndOfTick(() => toRun(pool.close)(settle));
      return undefined;
    },
  };
};

/** Where no exchange is looked up. */
const unbound: Bindings = new Map();

const bindings = (
  pool: ConnectionPool,
  layout: KombuLayout,
  exchanges: ReadonlyArray<string>,
): Run<Bindings> => {
  const keys = exchanges.map(layout.bindings);
  return pipe(
    pool.link,
    chain((link) =>
      send(link, { command: 'SMEMBERS', key: described(keys) }, (redis) =>
        Promise.all(keys.map((key) => redis.smembers(key))),
      ),
    ),
    map((members) => new Map(exchanges.map((exchange, i) => [exchange, members[i] ?? []]))),
  );
};

// -------------------------------------------------------------------------------------
// one write
// -------------------------------------------------------------------------------------

/** Of one plan, or of whatever is published together. */
type Published = ReadonlyArray<Delivery>;

const LEAST = 64;
const MOST = 1024;
/** In bytes. */
const HEAVIEST = 1024 * 1024;

const rule = '+lpush +publish +multi +exec';

const sending = (pool: ConnectionPool): PerTick<Published, void> => ({
  least: LEAST,
  most: MOST,
  heaviest: HEAVIEST,
  joins: () => true,
  weight: (published) => published.reduce((sum, { value }) => sum + value.length, 0),
  failing: (error) => (isConnectionError(error) ? (error.sent ? 'Lost' : 'Unsent') : 'Refused'),
  send: (batch) => {
    const commands = joined(batch.flat());
    const named = { command: 'LPUSH', key: described(commands.map(({ key }) => key)), rule };
    return pipe(
      pool.link,
      chain((link) =>
        pipe(
          send(link, named, (redis) => run(redis, commands)),
          map((refused) => batch.map((published) => resultOf(link, published, refused))),
        ),
      ),
    );
  },
});

interface Command {
  readonly name: Delivery['command'];
  readonly key: string;
  readonly values: ReadonlyArray<string | Buffer>;
}

/** So many messages go into one LPUSH. */
const PUSHED = 1000;

/** Those to one list are one command, in the order in which they came. */
const joined = (all: ReadonlyArray<Delivery>): ReadonlyArray<Command> => {
  const last = new Map<string, { readonly values: Array<string | Buffer> }>();
  const commands: Array<Command> = [];
  for (const { command: name, key, value } of all) {
    const open = last.get(key);
    if (name === 'LPUSH' && open !== undefined && open.values.length < PUSHED) {
      open.values.push(value);
      continue;
    }
    const command = { name, key, values: [value] };
    commands.push(command);
    if (name === 'LPUSH') last.set(key, command);
  }
  return commands;
};

/** The errors of those that were refused, by key. */
type Refused = ReadonlyMap<string, Error>;

const run = async (redis: Redis, commands: ReadonlyArray<Command>): Promise<Refused> => {
  const [only] = commands;
  if (only !== undefined && commands.length === 1) {
    await redis.call(only.name, [only.key, ...only.values]);
    return new Map();
  }
  const transaction = redis.multi();
  for (const { name, key, values } of commands) transaction.call(name, [key, ...values]);
  const replies = (await transaction.exec().catch(rethrowCause)) ?? [];
  return new Map(
    commands.flatMap(({ key }, i) => {
      const error = replies[i]?.[0];
      return error ? [[key, error]] : [];
    }),
  );
};

/** A transaction is discarded because of what was said to one of its commands. */
const rethrowCause = (error: Error & { readonly previousErrors?: ReadonlyArray<Error> }): never => {
  throw error.previousErrors?.[0] ?? error;
};

const resultOf = (link: Link, published: Published, refused: Refused): Result<void> => {
  for (const { command, key } of published) {
    const error = refused.get(key);
    if (error !== undefined) return E.left(failureOf(error, link, { command, key, rule }));
  }
  return E.right(undefined);
};
