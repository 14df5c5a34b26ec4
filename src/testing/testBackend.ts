/**
 * `TestBackend`: a `RedisBackend` without a Redis, in the virtual time of a
 * `TestScheduler`. What is written over a backend or its `ResultConsumer` is tested with
 * it as it is.
 *
 * Two parties reach the embedded store: the backend, whose connections can be cut, and
 * the workers, whose can't. So a task may finish while the backend is away.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import * as Rx from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { connect } from '../backend/connect.js';
import { RedisBackend } from '../backend/redisBackend.js';
import type { RedisBackendOptions } from '../config/options.js';
import { memoryBroker } from '../memory/memoryBroker.js';
import { memoryConnection } from '../memory/memoryConnection.js';
import { memoryServer, unreachable } from '../memory/memoryServer.js';
import { fromRun } from '../operation/operation.js';
import type { Broker } from '../port/broker.js';
import type { Commands, Connection } from '../port/commands.js';
import { storeGuarded } from '../store/storeGuarded.js';
import { type Keys, keys } from '../wire/keys.js';
import type { KombuOptions } from '../wire/kombuLayout.js';
import { decodeTaskMeta, encodeTaskMeta, type TaskMeta } from '../wire/taskMeta.js';
import { ChannelLog, type SubscriptionLogs } from './channelLog.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * As of any backend. Unless told, nothing is logged, the jitter of retries is always a
 * half, no PING is sent, and nothing is read again: with `healthCheckInterval` or `backstopInterval` a test must close the backend,
 * since virtual time ends only where nothing is left to happen.
 *
 * @category model
 * @since 0.1.0
 */
export interface TestBackendOptions
  extends Omit<RedisBackendOptions, 'url' | 'host' | 'port' | 'connectionPool' | 'scheduler'> {}

/** The embedded store, and the two ways to it. */
interface Site {
  readonly workers: Commands;
  readonly connection: Connection;
  /** Out of reach when the store is. */
  readonly broker: (options?: KombuOptions) => Broker;
  readonly channels: ChannelLog;
  readonly cut: () => void;
  readonly down: (isDown: boolean) => void;
}

const site = (scheduler: TestScheduler): Site => {
  const server = memoryServer(scheduler);
  const channels = new ChannelLog(scheduler);
  let isDown = false;
  const reached = {
    ...server,
    channels: channels.watching(server.channels),
    refusal: () => (isDown ? unreachable('connection refused') : undefined),
  };
  return {
    workers: memoryConnection(server, scheduler).commands,
    connection: memoryConnection(reached, scheduler),
    broker: (options) => memoryBroker(reached, options),
    channels,
    cut: server.cut,
    down: (down) => {
      isDown = down;
      if (down) server.cut();
    },
  };
};

/**
 * Its methods are called before time starts to run, like `hot` and `cold`.
 *
 * @category model
 * @since 0.1.0
 */
export class TestBackend extends RedisBackend {
  private readonly site: Site;
  private readonly encode: ReturnType<typeof encodeTaskMeta>;
  private readonly decode: ReturnType<typeof decodeTaskMeta>;
  private readonly keys: Keys;
  private readonly expires: number;

  constructor(
    override readonly scheduler: TestScheduler,
    {
      healthCheckInterval = 0,
      backstopInterval = 0,
      logger = silent,
      random = half,
      ...rest
    }: TestBackendOptions = {},
  ) {
    const settled = { healthCheckInterval, backstopInterval, logger, random, scheduler };
    const connected = connect({ ...rest, ...settled, url: 'memory://' });
    const place = site(scheduler);
    // a producer's broker is beside the store, whatever its URL
    const brokerAt = (_url: string, kombu?: KombuOptions): Broker => place.broker(kombu);
    super({ ...connected, connection: place.connection, brokerAt });
    this.site = place;
    this.encode = encodeTaskMeta(connected.serializer);
    this.decode = decodeTaskMeta(connected.serializer);
    this.keys = keys(connected.config.globalKeyprefix);
    this.expires = connected.config.expires;
  }

  /**
   * Workers store these metas, as a hot observable emits: also while nobody watches, and
   * what comes before a `^` is there from the start. As in the real store, nothing
   * replaces a SUCCESS.
   */
  stored(marbles: string, metas: Readonly<Record<string, TaskMeta>>): void {
    this.scheduler
      .createHotObservable(marbles, metas)
      .pipe(Rx.concatMap((meta) => this.work(meta)))
      .subscribe();
  }

  /** The backend loses its connections at each marble, and may connect again at once. */
  cut(marbles: string): void {
    this.scheduler.createHotObservable(marbles).subscribe(this.site.cut);
  }

  /**
   * The backend cannot reach the store from the `^` of subscription marbles up to their
   * `!`; workers can.
   */
  down(marbles: string): void {
    const { subscribedFrame, unsubscribedFrame } = TestScheduler.parseMarblesAsSubscriptions(
      marbles,
      true,
    );
    this.scheduler.schedule(() => this.site.down(true), subscribedFrame);
    if (Number.isFinite(unsubscribedFrame)) {
      this.scheduler.schedule(() => this.site.down(false), unsubscribedFrame);
    }
  }

  /** When the backend was subscribed to a task's channel; for `expectSubscriptions`. */
  watched(taskId: string): SubscriptionLogs {
    return pipe(
      this.keys.task(taskId),
      E.match(
        () => [],
        (channel) => this.site.channels.of(channel),
      ),
    );
  }

  private work(meta: TaskMeta): Rx.Observable<unknown> {
    const stored = storeGuarded({
      write: (task: TaskMeta) =>
        pipe(
          E.Do,
          E.apSW('key', this.keys.task(task.taskId)),
          E.apSW('value', this.encode(task)),
          E.let('expires', () => this.expires),
        ),
      store: (made, expected) => this.site.workers.store(made, expected),
      decode: ({ key }, held, { taskId }) => this.decode(key, held, taskId),
    });
    return fromRun(stored(meta));
  }
}

const silent = { warn: constVoid, error: constVoid };
const half = (): number => 0.5;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * A backend for the body of `scheduler.run`, over an empty store.
 *
 * Code that awaits a promise leaves virtual time, so subscribe to an `Operation` rather
 * than call it.
 *
 * @example
 * import { deepStrictEqual } from 'node:assert'
 * import { map } from 'rxjs'
 * import { TestScheduler } from 'rxjs/testing'
 * import { started, success, testBackend } from 'chordis/testing'
 *
 * const scheduler = new TestScheduler(deepStrictEqual)
 *
 * scheduler.run(({ expectObservable, expectSubscriptions }) => {
 *   const backend = testBackend(scheduler)
 *   backend.stored('--s---d', { s: started('add-1'), d: success('add-1', 5) })
 *   backend.cut('   ----x')
 *
 *   const states$ = backend.resultConsumer.consumeFrom('add-1').pipe(map((m) => m.status))
 *   expectObservable(states$).toBe('--s---(d|)', { s: 'STARTED', d: 'SUCCESS' })
 *   expectSubscriptions(backend.watched('add-1')).toBe(['^---!', '----^-!'])
 * })
 *
 * @category constructors
 * @since 0.1.0
 */
export const testBackend = (scheduler: TestScheduler, options?: TestBackendOptions): TestBackend =>
  new TestBackend(scheduler, options);
