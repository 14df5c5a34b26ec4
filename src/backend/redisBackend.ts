/**
 * `RedisBackend`: Celery's Redis result store, as streams and pipelines.
 * Source: `RedisBackend` in `celery/backends/redis.py`.
 *
 * @since 0.1.0
 */
import { TLSSocket } from 'node:tls';
import { inspect } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import type * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import type { ChordState } from '../chord/chordState.js';
import type { ChordOutcome } from '../chord/outcome.js';
import type { RedisBackendOptions } from '../config/options.js';
import type { ResultConsumer } from '../consumer/resultConsumer.js';
import { fromUnknown, ImproperlyConfigured, type ResultStoreError } from '../errors/errors.js';
import { isConnectionError } from '../errors/retryable.js';
import { abortable, untilAborted, type WaitOptions } from '../operation/abort.js';
import { fromRun, type Operation } from '../operation/operation.js';
import { map, settled } from '../operation/run.js';
import type { Producing } from '../producer/producing.js';
import { ConnectionPool, Redis } from '../redis/pool.js';
import { AsyncResult } from '../result/asyncResult.js';
import { type Codec, type Codecs, codecsOf } from '../result/codec.js';
import { GroupResult } from '../result/groupResult.js';
import type { Joinable } from '../result/members.js';
import { readyMetas } from '../result/readyMetas.js';
import type { ResultBase } from '../result/resultBase.js';
import { type MetaIn, type ReadyMeta, type TypedMeta, typedMeta } from '../result/typedMeta.js';
import { isOptions, notOptions } from '../result/waiting.js';
import { connectionLostMessage } from '../retry/humanizeSeconds.js';
import { outageMessage } from '../retry/outage.js';
import type { RetryPolicy } from '../retry/policy.js';
import type { ReadyState, State } from '../states.js';
import { type Effect, fromEffect } from '../store/ensure.js';
import type { MarkOptions } from '../store/marks.js';
import { oncePerSecond } from '../store/oncePerSecond.js';
import { probe } from '../store/probe.js';
import type { Stored } from '../store/storeGuarded.js';
import type { StoreOptions } from '../store/storing.js';
import type { TaskMeta } from '../wire/meta.js';
import type { TaskRequest } from '../wire/request.js';
import type { GroupResultTuple, ResultTuple } from '../wire/resultTuple.js';
import { type Connected, connect, isConnected } from './connect.js';
import { type Rooms, rooms } from './rooms.js';

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
export class RedisBackend implements AsyncDisposable {
  /** The client library's class. */
  readonly redis = Redis;
  /** Of sockets under TLS. */
  readonly connectionClassSsl = TLSSocket;
  /** The class of `connectionPool`. */
  readonly ConnectionPool = ConnectionPool;
  /** Redis itself deletes what has expired. */
  readonly supportsAutoexpire = true;
  /** Members of a group are joined as their results are pushed. */
  readonly supportsNativeJoin = true;
  /** The most connections of its pool. */
  readonly maxConnections: number;
  /** In seconds: Celery's 20, 0, 1, 1, and what the options set of it. */
  readonly retryPolicy: RetryPolicy;
  /** Seconds that a result's `get` waits unless told otherwise; `null` is for ever. */
  readonly resultTimeout: number | null;
  /** Where the time of retries, waits and `date_done` is told. */
  readonly scheduler: Rx.SchedulerLike;
  /** Watches tasks, over one link for all of them. */
  readonly resultConsumer: ResultConsumer;
  // private to the language: the options hold the password, which `inspect` must not find
  readonly #connected: Connected;
  readonly #rooms: Rooms;
  readonly #log: (line: string) => void;
  readonly #warn: (line: string) => void;

  /** Throws `ImproperlyConfigured` for an option or a URL that cannot work. */
  constructor(options?: RedisBackendOptions);
  /** @internal A backend of another kind brings what its own options lead to. */
  constructor(connected: Connected);
  constructor(given: RedisBackendOptions | Connected = {}) {
    const connected = isConnected(given) ? given : connect(given);
    const { logger, scheduler, retryPolicy, resultTimeout, maxConnections } = connected.config;
    this.maxConnections = maxConnections;
    this.retryPolicy = retryPolicy;
    this.resultTimeout = resultTimeout;
    this.scheduler = scheduler;
    this.#connected = connected;
    this.#log = oncePerSecond((line) => logger.error(line), scheduler);
    this.#warn = oncePerSecond((line) => logger.warn(line), scheduler);
    this.#rooms = rooms(connected, this);
    this.resultConsumer = this.#rooms.resultConsumer;
  }

  /**
   * A client for commands of your own, on a connection of its own, which is opened when
   * first used and again after it was lost; the same object each time. Throws for
   * `memory://`, which has none.
   */
  get client(): Redis {
    const { pool } = this.#connected;
    if (pool === null) throw new ImproperlyConfigured('url', 'memory:// has no Redis client');
    return pool.client;
  }

  /** @internal What a `Producer` stands on. */
  get producing(): Producing {
    return this.#rooms.producing;
  }

  /** The URL that results are at; its password is `**` unless asked for. */
  asUri(includePassword = false): string {
    const { uri } = this.#connected.config;
    return includePassword ? uri.full : uri.shown;
  }

  /** For `JSON.stringify`: where it leads to, without the password. */
  toJSON(): { readonly url: string } {
    return { url: this.asUri() };
  }

  /** For `console.log`, likewise. */
  [inspect.custom](): string {
    return `RedisBackend <${this.asUri()}>`;
  }

  /**
   * Whether the server answers now, for a readiness probe. It is not retried, logs nothing,
   * and takes no place in the offline queue; a link that turns out to be dead is replaced
   * once, since that says nothing of the server. So it ends within the time to connect
   * (`socketConnectTimeout`, for each of socket and greeting) and to answer
   * (`socketTimeout`), or sooner by its `signal`. Fails with what was in the way, such as
   * `ConnectionError`, `CommandTimeout` or `Unavailable`.
   */
  ping({ signal }: WaitOptions = {}): Operation<void> {
    const { ping } = this.#connected.connection.commands;
    return this.#rooms.execution.operation(() => abortable(signal)(probe(ping)));
  }

  // ---------------------------------------------------------------------------------
  // keys and values
  // ---------------------------------------------------------------------------------

  /** The bytes under `key`. */
  get(key: string): Operation<O.Option<Buffer>> {
    return this.#rooms.keyValues.get(key);
  }

  /** The bytes under each of `keys`, in order, read in one batch. */
  mget(keys: ReadonlyArray<string>): Operation<ReadonlyArray<O.Option<Buffer>>> {
    return this.#rooms.keyValues.mget(keys);
  }

  /**
   * Stores `value` for `expires` seconds and publishes it on the channel named as the
   * key, at one stroke; how many subscribers heard. Over 512 MB it is a `ValueTooLarge`,
   * and nothing is sent.
   */
  set(key: string, value: string | Buffer, policy?: Partial<RetryPolicy>): Operation<number> {
    return this.#rooms.keyValues.set(key, value, policy);
  }

  /** How many keys were deleted. */
  delete(key: string): Operation<number> {
    return this.#rooms.keyValues.delete(key);
  }

  /** The new value. Run again only where it surely was not sent: never twice. */
  incr(key: string): Operation<number> {
    return this.#rooms.keyValues.incr(key);
  }

  /** Gives `key` a time to live of `seconds`; whether it was there. */
  expire(key: string, seconds: number): Operation<boolean> {
    return this.#rooms.keyValues.expire(key, seconds);
  }

  // ---------------------------------------------------------------------------------
  // retry
  // ---------------------------------------------------------------------------------

  /**
   * Runs `fun` again after each lost connection, until the policy is spent: then it is a
   * `RetryLimitExceeded`. So `fun` may run more than once. Once the backend is closed it is
   * `Closed`, whatever `fun` waits for.
   */
  ensure<Args extends ReadonlyArray<unknown>, A>(
    fun: (...args: Args) => Effect<A>,
    args: Args,
    policy?: Partial<RetryPolicy>,
  ): Operation<A> {
    return this.#rooms.execution.operation(() =>
      this.#rooms.execution.untilClosed(
        this.#rooms.execution.retried(
          fromEffect(() => fun(...args)),
          { policy, isOwn: true },
        ),
      ),
    );
  }

  /**
   * Whether running a command again may help: the connection was lost or refused, the server
   * can't serve now, or `additionalConnectionErrors` says so. All retries of the backend ask this.
   */
  exceptionSafeToRetry(error: unknown): boolean {
    if (isConnectionError(error)) return true;
    try {
      return this.#connected.config.additionalConnectionErrors(fromUnknown(error));
    } catch {
      return false;
    }
  }

  /**
   * Logs the loss in Celery's words, and as a warning before them which address it was and
   * why; takes from `intervals` in how many seconds to try again. All retries of the backend
   * ask this.
   */
  onConnectionError(
    maxRetries: number | null,
    error: ResultStoreError,
    intervals: Iterator<number>,
    retries: number,
  ): number {
    const seconds: number = intervals.next().value;
    const reason = outageMessage(error);
    if (reason !== undefined) this.#warn(reason);
    const server = isConnectionError(error) ? error.server : undefined;
    this.#log(connectionLostMessage(retries, maxRetries, seconds, server));
    return seconds;
  }

  // ---------------------------------------------------------------------------------
  // storing results
  // ---------------------------------------------------------------------------------

  /**
   * Stores and publishes a task's result, unless the task has succeeded already. Besides
   * what a command fails with: `EncodeError` where the result has no form on the wire,
   * `DecodeError` where the key holds something that is no meta, which is then left there.
   */
  storeResult(
    taskId: string,
    result: unknown,
    state: State,
    options?: StoreOptions,
  ): Operation<Stored> {
    return this.#rooms.tasks.store(taskId, result, state, options);
  }

  /** STARTED, with what the worker tells of itself. */
  markAsStarted(
    taskId: string,
    meta?: Readonly<Record<string, unknown>>,
    options?: StoreOptions,
  ): Operation<void> {
    return this.#rooms.marks.started(taskId, meta, options);
  }

  /** SUCCESS, and final; nothing is stored where the request says that the result is ignored. */
  markAsDone(taskId: string, result: unknown, options?: MarkOptions): Operation<void> {
    return this.#rooms.marks.done(taskId, result, options);
  }

  /**
   * FAILURE with what the task threw, or a `pythonException`. What remains of the task's
   * chain fails the same way, and the bodies of chords in it.
   */
  markAsFailure(taskId: string, exc: unknown, options?: MarkOptions): Operation<void> {
    return this.#rooms.marks.failure(taskId, exc, options);
  }

  /** RETRY with what made the task try again; null where nothing did. */
  markAsRetry(taskId: string, exc: unknown, options?: StoreOptions): Operation<void> {
    return this.#rooms.marks.retry(taskId, exc, options);
  }

  /** REVOKED with a `TaskRevokedError` that tells the reason. */
  markAsRevoked(taskId: string, reason?: string, options?: MarkOptions): Operation<void> {
    return this.#rooms.marks.revoked(taskId, reason, options);
  }

  // ---------------------------------------------------------------------------------
  // reading results
  // ---------------------------------------------------------------------------------

  /**
   * What is stored of a task; PENDING where nothing is, as in Celery. Fails with
   * `DecodeError` where the key holds something else.
   */
  getTaskMeta(taskId: string): Operation<TaskMeta> {
    return this.#rooms.results.getTaskMeta(taskId);
  }

  /** `getTaskMeta`: nothing is cached, so there is nothing to reload. */
  reloadTaskResult(taskId: string): Operation<TaskMeta> {
    return this.getTaskMeta(taskId);
  }

  /** PENDING where nothing is stored. */
  getState(taskId: string): Operation<State> {
    return this.#rooms.tasks.pick(taskId, (meta) => meta.status);
  }

  /** A value, a `TaskException`, or what a progress state carries. */
  getResult(taskId: string): Operation<unknown> {
    return this.#rooms.tasks.pick(taskId, (meta) => meta.result);
  }

  /** As text; null where there is none. */
  getTraceback(taskId: string): Operation<string | null> {
    return this.#rooms.tasks.pick(taskId, (meta) => meta.traceback);
  }

  /** The results of the tasks that it has started. */
  getChildren(taskId: string): Operation<TaskMeta['children']> {
    return this.#rooms.tasks.pick(taskId, (meta) => meta.children);
  }

  /** Tells a task that is PENDING from one that the store does not know. */
  taskResultExists(taskId: string): Operation<boolean> {
    return this.#rooms.results.taskResultExists(taskId);
  }

  /**
   * Each task's ready meta with its id, as it becomes ready; pushed, not polled. What ends
   * a task's stream without one is its `Left`, and no matter of the others; so is the
   * `InvalidResult` of what the codec refuses. An id that is given twice is told once. Fails
   * with `Aborted` alone, where the `signal` aborts.
   */
  getMany(
    taskIds: Iterable<string>,
    codec?: undefined,
    options?: WaitOptions,
  ): Rx.Observable<
    readonly [id: string, result: E.Either<ResultStoreError, MetaIn<ReadyState, unknown>>]
  >;
  getMany<A>(
    taskIds: Iterable<string>,
    codec: Codec<A> | Codecs<A>,
    options?: WaitOptions,
  ): Rx.Observable<readonly [id: string, result: E.Either<ResultStoreError, ReadyMeta<A>>]>;
  getMany(
    taskIds: Iterable<string>,
    codec?: Codec<unknown> | Codecs<unknown>,
    options: WaitOptions = {},
  ): Rx.Observable<readonly [id: string, result: E.Either<ResultStoreError, TaskMeta>]> {
    if (!isOptions(options)) return Rx.throwError(() => notOptions);
    const typed = codec === undefined ? undefined : typedMeta(codecsOf(codec));
    return readyMetas(this.resultConsumer, taskIds, typed).pipe(untilAborted(options.signal));
  }

  /**
   * The result of a task; with an io-ts decoder or a Standard Schema, one of its type. Of
   * two codecs, one is for the result and one for what the task's own states carry.
   */
  asyncResult(taskId: string): AsyncResult;
  asyncResult<A, P = unknown>(
    taskId: string,
    codec: Codec<A> | Codecs<A, P>,
  ): AsyncResult<A, TypedMeta<A, P>>;
  asyncResult(taskId: string, codec?: Codec<unknown> | Codecs<unknown>): AsyncResult {
    return new AsyncResult(taskId, this.#rooms.results, codec);
  }

  // ---------------------------------------------------------------------------------
  // groups
  // ---------------------------------------------------------------------------------

  /**
   * The results of a group, in header order: those of tasks, and of groups in it. `parent` is
   * what it was called after.
   */
  groupResult<const Results extends ReadonlyArray<Joinable>>(
    groupId: string,
    results: Results,
    parent: ResultBase | null = null,
  ): GroupResult<Results> {
    return new GroupResult(groupId, results, this.#rooms.results, parent);
  }

  /** Saves which results a group has. */
  saveGroup(groupId: string, group: GroupResultTuple): Operation<void> {
    return this.#rooms.groups.save(groupId, group);
  }

  /** The saved group, if there is one. */
  restoreGroup(groupId: string): Operation<O.Option<ResultTuple>> {
    return this.#rooms.groups.restore(groupId);
  }

  /** Forgets which results a group has; the results stay. */
  deleteGroup(groupId: string): Operation<void> {
    return this.#rooms.groups.delete(groupId);
  }

  // ---------------------------------------------------------------------------------
  // chords
  // ---------------------------------------------------------------------------------

  /**
   * How many parts the chord of a group has, without those that `addToChord` adds. The chord
   * is then a new one, also where one of the same id was done.
   */
  setChordSize(groupId: string, chordSize: number): Operation<void> {
    return this.#rooms.chords.setSize(groupId, chordSize);
  }

  /** One part more for the chord; call it before that part can be returned. */
  addToChord(groupId: string, result?: unknown): Operation<void> {
    return this.#rooms.chords.add(groupId, result);
  }

  /** Saves the header of a chord where it nests groups; else there is nothing to do. */
  applyChord(headerResult: GroupResultTuple, body?: unknown): Operation<void> {
    return this.#rooms.chords.apply(headerResult, body);
  }

  /**
   * A task's part of the chord that its request belongs to. Who completes the chord sends
   * its body. Running it again is harmless. `ImproperlyConfigured` without a `broker`, and
   * then nothing was written.
   */
  onChordPartReturn(request: TaskRequest, state: State, result: unknown): Operation<ChordOutcome> {
    return this.#rooms.chords.onPartReturn(request, state, result);
  }

  /** How far the chord of a group is, what is missing, and who is at it. */
  chordState(groupId: string): Operation<ChordState> {
    return this.#rooms.chords.state(groupId);
  }

  /**
   * Looks anew whether a chord is complete, and sends its body then: for one whose worker died
   * at it. Any request of its header will do; no part is returned.
   */
  resumeChord(request: TaskRequest): Operation<ChordOutcome> {
    return this.#rooms.chords.resume(request);
  }

  // ---------------------------------------------------------------------------------
  // following and forgetting
  // ---------------------------------------------------------------------------------

  /**
   * Follows a task from before it is sent, so that its result can't be missed: done once
   * its channel is subscribed to. It is released when the result arrives, is forgotten,
   * or would have expired, or where nobody waits for this to be done any more. Does nothing
   * where `taskJoinWillBlock` says so. Fails with `Aborted` where the `signal` aborts before.
   */
  onTaskCall(_producer: unknown, taskId: string, { signal }: WaitOptions = {}): Operation<void> {
    const { taskJoinWillBlock, expires } = this.#connected.config;
    return this.#rooms.execution.operation(() =>
      taskJoinWillBlock()
        ? settled(E.right(undefined))
        : pipe(this.resultConsumer.follow(taskId, expires), map(constVoid), abortable(signal)),
    );
  }

  /**
   * Deletes what is stored of a task; who waits for it by this backend gets a
   * `ResultCancelled`. Other backends and processes are not told, since Redis publishes
   * nothing of a DEL: their waits go on, to their own deadline.
   */
  forget(taskId: string): Operation<void> {
    return this.#rooms.results.forget(taskId);
  }

  // ---------------------------------------------------------------------------------
  // the end
  // ---------------------------------------------------------------------------------

  /**
   * Completes every stream, ends what waits between retries with `Closed`, waits for the
   * operations under way, and closes the sockets. What is asked for later is `Closed`. Where
   * the `signal` aborts, it waits for them no longer: it is `Aborted`, and closes the sockets
   * once the replies under way have come.
   */
  close({ signal }: WaitOptions = {}): Operation<void> {
    return fromRun((settle) => {
      this.resultConsumer.stop();
      const { close } = this.#rooms.execution;
      // it is closed in any case, though nobody waits
      if (signal?.aborted) close(constVoid)?.();
      return abortable(signal)(close)(settle);
    });
  }

  /** `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()();
  }
}
