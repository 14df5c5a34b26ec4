/**
 * `memoryStore`: a Redis in this process, behind the port. For demos, for tests in
 * virtual time, and for development without a server.
 *
 * A command is on its way when its operation is called or subscribed to, and from then
 * on it runs, even where nobody waits for the reply any more.
 *
 * @since 0.1.0
 */
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { Broker } from '../port/broker.js';
import type { Connection } from '../port/commands.js';
import type { KombuOptions } from '../wire/kombuLayout.js';
import { memoryBroker } from './memoryBroker.js';
import { memoryConnection } from './memoryConnection.js';
import type { MemoryQueues } from './memoryQueues.js';
import { memoryServer } from './memoryServer.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * @category model
 * @since 0.1.0
 */
export interface MemoryStoreOptions {
  /** Runs the commands and tells the time that keys expire by; `asyncScheduler`, unless told. */
  readonly scheduler?: SchedulerLike;
}

/**
 * A connection to keys in this process, with the faults that a test may want.
 *
 * @category model
 * @since 0.1.0
 */
export interface MemoryStore extends Connection {
  /** Another connection to the same keys and channels. */
  readonly connect: () => Connection;
  /** A broker whose queues are beside the keys. */
  readonly broker: (options?: KombuOptions) => Broker;
  readonly queues: MemoryQueues;
  /** Every link drops: each `messages$` fails with a `ConnectionError`. The keys stay. */
  readonly cut: () => void;
  /** While down, links are cut and all commands fail with a `ConnectionError` unsent. The keys stay. */
  readonly down: (isDown: boolean) => void;
  /** The channels with at least one subscriber, as PUBSUB CHANNELS. */
  readonly subscriptions: () => ReadonlyArray<string>;
  /** The rest of a key's life in seconds; -1: it does not expire, -2: there is none. As TTL. */
  readonly ttl: (key: string) => number;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * An empty store.
 *
 * @category constructors
 * @since 0.1.0
 */
export const memoryStore = ({
  scheduler = asyncScheduler,
}: MemoryStoreOptions = {}): MemoryStore => {
  const server = memoryServer(scheduler);
  const connect = (): Connection => memoryConnection(server, scheduler);
  return {
    ...connect(),
    connect,
    broker: (options) => memoryBroker(server, options),
    queues: server.queues,
    cut: server.cut,
    down: server.down,
    subscriptions: server.channels.names,
    ttl: server.commands.ttl,
  };
};
