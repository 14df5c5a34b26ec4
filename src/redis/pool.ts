/**
 * The connection pool: at most `maxConnections` links, opened when first needed and
 * taken in turn. One is enough for most: the commands of any number of callers share it.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { Redis } from 'ioredis';
import * as Rx from 'rxjs';
import type { Config } from '../config/config.js';
import type { SharedPool } from '../config/options.js';
import { Closed } from '../errors/errors.js';
import { fromRun, type Operation } from '../operation/operation.js';
import { fromPromise, type Run, settled } from '../operation/run.js';
import { Link } from './link.js';
import { OfflineQueue } from './offlineQueue.js';
import { send } from './send.js';
import { client, type SocketOptions } from './socket.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * @category model
 * @since 0.1.0
 */
export interface PoolOptions extends SocketOptions {
  readonly config: Config;
}

/**
 * Give one pool to several backends and they share its connections. Who made it closes it.
 *
 * @category model
 * @since 0.1.0
 */
export class ConnectionPool implements SharedPool {
  readonly maxConnections: number;
  /** @internal */
  readonly offlineQueue: OfflineQueue;
  readonly #options: PoolOptions;
  readonly #links: Array<Link> = [];
  readonly #dedicated = new Set<Link>();
  #client: Redis | undefined;
  #taken = 0;
  /** Never emits; fails once closed. */
  readonly #closed$ = new Rx.ReplaySubject<never>();

  /** @internal `connectionPool` makes one from a backend's options. */
  constructor(options: PoolOptions) {
    this.#options = options;
    this.maxConnections = options.config.maxConnections;
    this.offlineQueue = new OfflineQueue(options.config.maxOfflineQueue);
  }

  /**
   * A client for commands of the user's own, on a connection of its own. It connects when
   * first used, with the pool's TLS and credentials, and again after a lost connection; a
   * command that had no answer by then fails, and is not sent twice.
   */
  get client(): Redis {
    this.#client ??= this.#newClient();
    return this.#client;
  }

  /**
   * Where it leads to: backends that share the pool can't lead elsewhere.
   *
   * @internal
   */
  get config(): Config {
    return this.#options.config;
  }

  /**
   * Whether the next link in turn can be written to.
   *
   * @internal
   */
  get isReady(): boolean {
    return this.#links[this.#taken % this.maxConnections]?.isReady ?? false;
  }

  /**
   * A link that can be written to, the next in turn.
   *
   * @internal
   */
  readonly link: Run<Link> = (settle) => {
    if (this.#closed$.hasError) {
      return settled<Link>(E.left(new Closed('connection pool')))(settle);
    }
    return this.#link(this.#taken++ % this.maxConnections).ready(settle);
  };

  /**
   * A link of its own to the same Redis, such as a subscriber needs; closed when unsubscribed, and with the pool.
   *
   * @internal
   */
  readonly dedicated$: Rx.Observable<Link> = Rx.defer(() => {
    const { clientName } = this.#options.config;
    const link = new Link(this.#options, `${clientName}-consumer`);
    this.#dedicated.add(link);
    return new Rx.Observable<Link>((observer) =>
      link.ready((ready) => {
        if (E.isLeft(ready)) observer.error(ready.left);
        else observer.next(ready.right);
      }),
    ).pipe(
      Rx.mergeWith(this.#closed$),
      Rx.finalize(() => {
        this.#dedicated.delete(link);
        link.close();
      }),
    );
  });

  /**
   * How much has arrived on all links so far.
   *
   * @internal
   */
  get bytesRead(): number {
    let sum = 0;
    for (const link of [...this.#links, ...this.#dedicated]) sum += link?.bytesRead ?? 0;
    return sum;
  }

  /** Waits for the replies of commands under way, then closes every connection. */
  readonly close: Operation<void> = fromRun(
    fromPromise(async () => {
      this.#closed$.error(new Closed('connection pool'));
      await Promise.all([...this.#links.map(quit), this.#client && hangUp(this.#client)]);
    }),
  );

  #link(index: number): Link {
    this.#links[index] ??= new Link(this.#options, undefined, (dead) => this.#distrustIdle(dead));
    return this.#links[index];
  }

  /**
   * Where one link is found dead in silence, so may those be that owe nothing: a balancer
   * forgets idle ones together. To open one anew costs less than a deadline.
   */
  #distrustIdle(dead: Link): void {
    for (const link of this.#links) {
      if (link?.isReady && link !== dead && !link.silence.isOwed) link.reset();
    }
  }

  #newClient(): Redis {
    const { clientName, socketTimeout } = this.#options.config;
    const isClosed = (): boolean => this.#closed$.hasError;
    const { redis } = client(
      this.#options,
      clientName,
      {
        commandTimeout: socketTimeout * 1000,
        // else what had no answer would wait for its deadline
        maxRetriesPerRequest: 0,
        retryStrategy: (times) => (isClosed() ? null : Math.min(100 * times, 2000)),
      },
      isClosed,
    );
    return redis;
  }
}

/** The client library's class, for the backend's `redis` attribute. */
export { Redis };

/** Within the deadline of a reply. */
const quit = (link: Link): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      link.close();
      resolve();
    };
    if (link.isReady) send(link, { command: 'QUIT', key: '' }, (redis) => redis.quit())(end);
    else end();
  });

const hangUp = async (redis: Redis): Promise<void> => {
  if (redis.status === 'ready') await redis.quit().catch(() => undefined);
  redis.disconnect();
  // between two tries nothing tells ioredis that this was the last one, but one more
  if (redis.status === 'reconnecting') await redis.connect().catch(() => undefined);
};
