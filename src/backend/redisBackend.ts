/**
 * `RedisBackend`: Celery's Redis result store, as streams and pipelines.
 * Source: `RedisBackend` in `celery/backends/redis.py`.
 *
 * @since 0.1.0
 */
import { TLSSocket } from 'node:tls';
import * as t from 'io-ts';
import * as Rx from 'rxjs';
import type { RedisBackendOptions } from '../config/options.js';
import { asUri } from '../config/urlParts.js';
import { ResultConsumer } from '../consumer/resultConsumer.js';
import { ImproperlyConfigured } from '../errors/errors.js';
import { fromSingle, type Operation, of } from '../operation/operation.js';
import { ConnectionPool, Redis } from '../redis/pool.js';
import { AsyncResult } from '../result/asyncResult.js';
import type { ResultBackend } from '../result/resultBackend.js';
import { isReady } from '../states.js';
import { GroupStore } from '../store/groupStore.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import { type Connected, connect } from './connect.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A result backend. It connects when first used, and lets go of its sockets when closed.
 *
 * @example
 * import { from, lastValueFrom, mergeMap, tap } from 'rxjs'
 * import { RedisBackend } from 'chordis'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * await backend.storeResult('a', 42, 'SUCCESS')()
 *
 * const metas$ = from(['a', 'b']).pipe(mergeMap((id) => backend.getTaskMeta(id)))
 * await lastValueFrom(metas$.pipe(tap((meta) => console.log(meta.taskId, meta.status))))
 * // => a SUCCESS
 * // => b PENDING
 *
 * await backend.close()()
 *
 * @category model
 * @since 0.1.0
 */
export class RedisBackend extends GroupStore implements ResultBackend, AsyncDisposable {
  /** The client library's class. */
  readonly redis = Redis;
  readonly connectionClassSsl = TLSSocket;
  readonly ConnectionPool = ConnectionPool;
  readonly supportsAutoexpire = true;
  readonly supportsNativeJoin = true;
  readonly maxConnections: number;
  /** Seconds that a result's `get` waits unless told otherwise; `null` is for ever. */
  readonly resultTimeout: number | null;
  /** Where the time of retries, waits and `date_done` is told. */
  readonly scheduler: Rx.SchedulerLike;
  readonly resultConsumer: ResultConsumer;
  private readonly connected: Connected;

  /**
   * Throws `ImproperlyConfigured` for an option or a URL that cannot work. What it stands
   * on follows from the options, unless a backend of another kind brings it.
   */
  constructor(options: RedisBackendOptions = {}, connected: Connected = connect(options)) {
    super(connected);
    const { settings, connection } = connected;
    this.connected = connected;
    this.maxConnections = settings.maxConnections;
    this.resultTimeout = connected.options.resultTimeout;
    this.scheduler = connected.options.scheduler;
    this.resultConsumer = new ResultConsumer({
      subscriber$: connection.subscriber$,
      leaveAfter: connection.leaveAfter,
      keys: this.keys,
      decode: this.decode,
      retryPolicy: this.retryPolicy,
      retry: this.retryOptions(this.retryPolicy),
      healthCheckInterval: settings.healthCheckInterval,
    });
  }

  /** The first connection of the pool; the same object each time. Throws for `memory://`, which has none. */
  get client(): Redis {
    const { pool } = this.connected;
    if (pool === null) throw new ImproperlyConfigured('url', 'memory:// has no Redis client');
    return pool.client;
  }

  /** The URL that results are at; its password is `**` unless asked for. */
  asUri(includePassword = false): string {
    return asUri(this.options.url, includePassword);
  }

  // ---------------------------------------------------------------------------------
  // results
  // ---------------------------------------------------------------------------------

  /** The result of a task; with an io-ts codec, one of the codec's type. */
  asyncResult(taskId: string): AsyncResult;
  asyncResult<A>(taskId: string, codec: t.Decoder<unknown, A>): AsyncResult<A>;
  asyncResult(taskId: string, codec: t.Decoder<unknown, unknown> = t.unknown): AsyncResult {
    return new AsyncResult(taskId, this, codec);
  }

  /** Each task's ready meta with its id, as it becomes ready; pushed, not polled. */
  getMany(taskIds: Iterable<string>): Rx.Observable<readonly [id: string, meta: TaskMeta]> {
    return Rx.from(taskIds).pipe(
      Rx.mergeMap((id) =>
        this.resultConsumer.consumeFrom(id).pipe(
          Rx.filter((meta) => isReady(meta.status)),
          Rx.map((meta) => [id, meta] as const),
        ),
      ),
    );
  }

  /**
   * Follows a task from before it is sent, so that its result can't be missed: done once
   * its channel is subscribed to. It is released when the result arrives, is forgotten,
   * or would have expired. Does nothing where `taskJoinWillBlock` says so.
   */
  onTaskCall(_producer: unknown, taskId: string): Operation<void> {
    return fromSingle(
      Rx.defer(() =>
        this.options.taskJoinWillBlock()
          ? of(undefined)
          : this.resultConsumer.follow(taskId, this.options.expires),
      ),
    );
  }

  /** Deletes what is stored of a task; who waits for it gets a `ResultCancelled`. */
  forget(taskId: string): Operation<void> {
    const removed = this.persistent('_forget', this.remove(this.keys.task(taskId)));
    return fromSingle(removed.pipe(Rx.tap(() => this.resultConsumer.cancelFor(taskId))));
  }

  // ---------------------------------------------------------------------------------
  // the end
  // ---------------------------------------------------------------------------------

  /** Ends every stream with `Closed`, waits for the replies under way, and closes the sockets. */
  close(): Operation<void> {
    return fromSingle(
      Rx.defer(() => {
        this.resultConsumer.stop();
        return this.connected.connection.close;
      }),
    );
  }

  /** `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()();
  }
}
