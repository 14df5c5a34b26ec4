/**
 * The connection pool: at most `maxConnections` links, opened when first needed and
 * taken in turn. One is enough for most: the commands of any number of callers share it.
 *
 * @since 0.1.0
 */
import { Redis } from 'ioredis';
import * as Rx from 'rxjs';
import { Closed } from '../errors/errors.js';
import { fromObservable, type Operation } from '../operation/operation.js';
import { Link, type LinkOptions } from './link.js';
import { OfflineQueue } from './offlineQueue.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * @category model
 * @since 0.1.0
 */
export interface PoolOptions extends LinkOptions {
  /** How many operations may wait for a connection at once. */
  readonly maxOfflineQueue: number;
}

/**
 * Give one pool to several backends and they share its connections. Who made it closes it.
 *
 * @category model
 * @since 0.1.0
 */
export class ConnectionPool {
  readonly maxConnections: number;
  /** @internal */
  readonly offlineQueue: OfflineQueue;
  private readonly links: Array<Link> = [];
  private taken = 0;
  /** Never emits; fails once closed. */
  private readonly closed$ = new Rx.ReplaySubject<never>();

  /** @internal `connectionPool` makes one from a backend's options. */
  constructor(private readonly options: PoolOptions) {
    this.maxConnections = options.parameters.settings.maxConnections;
    this.offlineQueue = new OfflineQueue(options.maxOfflineQueue);
  }

  /** The first connection's client. It connects when first used. */
  get client(): Redis {
    return this.link(0).redis;
  }

  /**
   * Whether the next link in turn can be written to.
   *
   * @internal
   */
  get isReady(): boolean {
    return this.links[this.taken % this.maxConnections]?.isReady ?? false;
  }

  /**
   * A link that can be written to, the next in turn.
   *
   * @internal
   */
  readonly link$: Rx.Observable<Link> = Rx.defer(() => {
    if (this.closed$.hasError) return this.closed$;
    const link = this.link(this.taken++ % this.maxConnections);
    return link.isReady
      ? Rx.of(link)
      : this.offlineQueue.hold(link.ready$.pipe(Rx.map(() => link)));
  });

  /**
   * A link of its own to the same Redis, such as a subscriber needs; closed when unsubscribed, and with the pool.
   *
   * @internal
   */
  readonly dedicated$: Rx.Observable<Link> = Rx.defer(() => {
    const { clientName } = this.options.parameters.settings;
    const link = new Link(this.options, `${clientName}-consumer`);
    return link.ready$.pipe(
      Rx.map(() => link),
      Rx.mergeWith(this.closed$),
      Rx.finalize(() => link.close()),
    );
  });

  /** Waits for the replies of commands under way, then closes every connection. */
  readonly close: Operation<void> = fromObservable(
    Rx.defer(async () => {
      this.closed$.error(new Closed('connection pool'));
      await Promise.all(this.links.map(quit));
    }),
  );

  private link(index: number): Link {
    this.links[index] ??= new Link(this.options);
    return this.links[index];
  }
}

/** The client library's class, for the backend's `redis` attribute. */
export { Redis };

const quit = async (link: Link): Promise<void> => {
  if (link.redis.status === 'ready') await link.redis.quit().catch(() => undefined);
  link.close();
};
