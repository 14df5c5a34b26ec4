/**
 * `ResultConsumer`: one link to Redis on which any number of tasks are watched.
 *
 * A task's channel goes through these states:
 *
 * - *absent*: nobody watches. The first subscriber opens it: to *subscribing*.
 * - *subscribing*: it waits for the end of the tick, or for the link. Then SUBSCRIBE and
 *   the read of its key leave in one write, with those of every other channel opened
 *   since. What the key holds leads to *following*, or straight to *settled*.
 * - *following*: each message is a state. A ready one leads to *settled*; a lost link to
 *   *resyncing*; the last subscriber's leaving to *released*.
 * - *resyncing*: the link is made anew under the retry policy, and then every channel is
 *   subscribed and read again as at first. When the policy is spent, every stream fails.
 * - *settled*: the subscribers get the ready state and completion: to *released*.
 * - *released*: the channel is left at the end of the tick, with every other one: to *absent*.
 *
 * What is read and what is heard are one row, since they come over one connection: a
 * value read is not older than the messages before it. So a value that is not ready is
 * passed over where a message has come already; and where the order does not hold
 * (RESP2), a ready state wins all the same.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import * as Rx from 'rxjs';
import type { Message, Subscriber, Value } from '../commands/commands.js';
import { MAX_SECONDS } from '../connection/address.js';
import {
  Closed,
  type DecodeError,
  type InvalidArgument,
  type ResultStoreError,
} from '../errors.js';
import { fromObservable, type Operation } from '../operation.js';
import type { RetryPolicy } from '../retry/policy.js';
import type { RetryOptions } from '../retry/retryAfter.js';
import { retryOverTime } from '../retry/retryOverTime.js';
import { isReady } from '../states.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import { heartbeat } from './heartbeat.js';
import { type Enter, TaskChannel } from './taskChannel.js';
import type { TaskResults } from './taskResults.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * @category model
 * @since 0.1.0
 */
export type ConnectionState = 'connected' | 'resyncing' | 'lost';

/** What a consumer stands on. */
export interface ConsumerOptions {
  readonly subscriber$: Rx.Observable<Subscriber>;
  readonly channelOf: (taskId: string) => E.Either<InvalidArgument, string>;
  readonly decode: (key: string, bytes: Buffer, taskId: string) => E.Either<DecodeError, TaskMeta>;
  readonly retryPolicy: RetryPolicy;
  readonly retry: Required<Pick<RetryOptions, 'when' | 'onRetry' | 'scheduler'>>;
  /** In seconds; 0 is never. */
  readonly healthCheckInterval: number;
}

/** How many channels go into one SUBSCRIBE, MGET or UNSUBSCRIBE. */
const CHUNK = 1000;

/**
 * A hot observable of the per-task streams: each is emitted as it opens.
 *
 * @category model
 * @since 0.1.0
 */
export class ResultConsumer extends Rx.Observable<TaskResults> {
  /** The latest state of the link, then each further one; none before the first connect. */
  readonly connection$: Rx.Observable<ConnectionState>;

  private readonly connection = new Rx.ReplaySubject<ConnectionState>(1);
  private readonly opened: Rx.Subject<TaskResults>;
  private readonly followed = new Rx.Subject<void>();
  private readonly channels = new Map<string, TaskChannel>();
  private readonly joining = new Set<TaskChannel>();
  private readonly leaving = new Set<string>();
  private readonly chunks = new Rx.Subject<ReadonlyArray<TaskChannel>>();
  private tick: Rx.Subscription | undefined;
  private session: Rx.Subscription | undefined;
  private subscriber: Subscriber | undefined;
  private closed = false;

  /** @internal A backend has one. */
  constructor(private readonly options: ConsumerOptions) {
    const opened = new Rx.Subject<TaskResults>();
    super((observer) => opened.subscribe(observer));
    this.opened = opened;
    this.connection$ = this.connection.pipe(Rx.distinctUntilChanged());
  }

  /**
   * The states of one task. Its channel is subscribed to for as long as this is.
   * Celery: `ResultConsumer.consume_from`.
   */
  consumeFrom(taskId: string): TaskResults {
    const channel = this.options.channelOf(taskId);
    return E.isLeft(channel)
      ? Object.assign(
          Rx.throwError(() => channel.left),
          { key: taskId },
        )
      : (this.channels.get(channel.right) ?? new TaskChannel(taskId, channel.right, this.enter));
  }

  /**
   * Ends the stream of a task, which completes without a ready state.
   * Celery: `ResultConsumer.cancel_for`.
   */
  cancelFor(taskId: string): void {
    const channel = this.channelOf(taskId);
    if (channel === undefined) return;
    this.drop(channel);
    channel.complete();
  }

  /**
   * Follows a task before anybody watches it: done once its channel is subscribed to,
   * which then stays so until the result arrives, the task is cancelled, or `seconds`
   * are over (0 is never, and no timer counts further than 24.8 days).
   */
  follow(taskId: string, seconds: number): Operation<void> {
    const { scheduler } = this.options.retry;
    const end$ =
      seconds === 0 ? Rx.NEVER : Rx.timer(Math.min(seconds, MAX_SECONDS) * 1000, scheduler);
    return fromObservable(
      Rx.defer(() => {
        const ended = new Rx.ReplaySubject<void>(1);
        this.consumeFrom(taskId)
          .pipe(Rx.takeUntil(end$), Rx.ignoreElements(), Rx.endWith(undefined))
          .subscribe(ended);
        const following = this.followed.pipe(
          Rx.startWith(undefined),
          Rx.filter(() => this.channelOf(taskId)?.following ?? false),
        );
        return Rx.merge(following, ended);
      }),
    );
  }

  /** Fails every stream with `Closed` and hangs up. */
  stop(): void {
    this.closed = true;
    this.session?.unsubscribe();
    this.subscriber = undefined;
    this.leaving.clear();
    this.abandon(new Closed('result consumer'));
    this.opened.complete();
    this.connection.complete();
  }

  // ---------------------------------------------------------------------------------
  // opening and leaving
  // ---------------------------------------------------------------------------------

  private readonly enter: Enter = (handle, listener) => {
    if (this.closed) {
      listener.error(new Closed('result consumer'));
      return constVoid;
    }
    const open = this.channels.get(handle.channel);
    const channel = open ?? handle;
    channel.add(listener);
    if (open === undefined) this.open(channel);
    return () => {
      channel.remove(listener);
      if (channel.deserted && this.isOpen(channel)) {
        this.drop(channel);
        channel.release();
      }
    };
  };

  private open(channel: TaskChannel): void {
    this.channels.set(channel.channel, channel);
    this.joining.add(channel);
    this.flushSoon();
    if (this.session === undefined) this.connect();
    // a link that fails at once has failed the channel too
    if (this.isOpen(channel)) this.opened.next(channel);
  }

  private drop(channel: TaskChannel): void {
    this.channels.delete(channel.channel);
    if (this.joining.delete(channel) || this.subscriber === undefined) return;
    this.leaving.add(channel.channel);
    this.flushSoon();
  }

  private flushSoon(): void {
    this.tick ??= Rx.asapScheduler.schedule(() => {
      this.tick = undefined;
      if (this.subscriber !== undefined) this.flush(this.subscriber);
    });
  }

  /** A channel that was left and opened again in one tick is not unsubscribed from. */
  private flush(subscriber: Subscriber): void {
    const leaving = [...this.leaving].filter((channel) => !this.channels.has(channel));
    const joining = [...this.joining];
    this.leaving.clear();
    this.joining.clear();
    for (const chunk of RA.chunksOf(CHUNK)(leaving)) {
      subscriber.leave(chunk).subscribe({ error: constVoid });
    }
    for (const chunk of RA.chunksOf(CHUNK)(joining)) this.chunks.next(chunk);
  }

  // ---------------------------------------------------------------------------------
  // the link
  // ---------------------------------------------------------------------------------

  private connect(): void {
    const { subscriber$, retryPolicy, retry, healthCheckInterval } = this.options;
    const { when, onRetry, scheduler } = retry;
    const session$ = subscriber$.pipe(
      Rx.switchMap((subscriber) =>
        Rx.merge(
          subscriber.messages$.pipe(Rx.tap(this.receive), Rx.ignoreElements()),
          this.resync(subscriber),
          this.chunks.pipe(Rx.mergeMap((chunk) => this.join(subscriber, chunk))),
          heartbeat(subscriber, healthCheckInterval, scheduler),
        ),
      ),
      Rx.tap({ error: () => this.lose() }),
      retryOverTime(retryPolicy, {
        when: (error) => this.channels.size > 0 && when(error),
        onRetry,
        scheduler,
        resetOnSuccess: true,
      }),
    );
    this.session = new Rx.Subscription();
    this.session.add(
      session$.subscribe({
        error: (error: ResultStoreError) => {
          this.session = undefined;
          this.abandon(error);
        },
      }),
    );
  }

  /** Joins every open channel, chunk by chunk, and emits once that is done. */
  private resync(subscriber: Subscriber): Rx.Observable<void> {
    return Rx.defer(() => {
      this.subscriber = subscriber;
      this.leaving.clear();
      this.joining.clear();
      if (this.channels.size > 0) this.connection.next('resyncing');
      return Rx.from(RA.chunksOf(CHUNK)([...this.channels.values()])).pipe(
        Rx.concatMap((chunk) => this.join(subscriber, chunk)),
        Rx.endWith(undefined),
        Rx.tap(() => this.connection.next('connected')),
      );
    });
  }

  /** Follows those of a chunk that nobody has left meanwhile. */
  private join(subscriber: Subscriber, chunk: ReadonlyArray<TaskChannel>): Rx.Observable<never> {
    const channels = chunk.filter((channel) => this.isOpen(channel));
    for (const channel of channels) channel.restart();
    return subscriber.follow(channels.map(({ channel }) => channel)).pipe(
      Rx.tap((values) => {
        channels.forEach((channel, index) => {
          this.read(channel, values[index] ?? O.none);
        });
        this.followed.next();
      }),
      Rx.ignoreElements(),
      Rx.catchError((error: ResultStoreError) =>
        // a lost link ends the session, and every channel is joined anew in the next one
        this.options.retry.when(error)
          ? Rx.throwError(() => error)
          : this.refused(subscriber, channels, error),
      ),
    );
  }

  /** One refused channel fails all that were joined with it; halving finds it, and lets the others go on. */
  private refused(
    subscriber: Subscriber,
    channels: ReadonlyArray<TaskChannel>,
    error: ResultStoreError,
  ): Rx.Observable<never> {
    if (channels.length === 1) {
      for (const channel of channels) this.fail(channel, error);
      return Rx.EMPTY;
    }
    const half = Math.ceil(channels.length / 2);
    return Rx.from(RA.chunksOf(half)(channels)).pipe(
      Rx.mergeMap((part) => this.join(subscriber, part)),
    );
  }

  private lose(): void {
    this.subscriber = undefined;
    this.leaving.clear();
    this.connection.next('lost');
  }

  private abandon(error: ResultStoreError): void {
    for (const channel of [...this.channels.values()]) this.fail(channel, error);
  }

  // ---------------------------------------------------------------------------------
  // what is read and heard
  // ---------------------------------------------------------------------------------

  private readonly receive = ({ channel: name, payload }: Message): void => {
    const channel = this.channels.get(name);
    if (channel === undefined) return;
    channel.heard = true;
    this.decode(channel, payload, (meta) => this.advance(channel, meta));
  };

  private read(channel: TaskChannel, value: Value): void {
    if (!this.isOpen(channel)) return;
    channel.following = true;
    if (O.isNone(value) || value.value.length === 0) return;
    this.decode(channel, value.value, (meta) => {
      if (isReady(meta.status) || !channel.heard) this.advance(channel, meta);
    });
  }

  private decode(channel: TaskChannel, bytes: Buffer, use: (meta: TaskMeta) => void): void {
    pipe(
      this.options.decode(channel.channel, bytes, channel.key),
      E.match((error) => this.fail(channel, error), use),
    );
  }

  private advance(channel: TaskChannel, meta: TaskMeta): void {
    if (isReady(meta.status)) {
      this.drop(channel);
      channel.settle(meta);
    } else {
      channel.next(meta);
    }
  }

  private fail(channel: TaskChannel, error: ResultStoreError): void {
    if (!this.isOpen(channel)) return;
    this.drop(channel);
    channel.fail(error);
  }

  private isOpen(channel: TaskChannel): boolean {
    return this.channels.get(channel.channel) === channel;
  }

  private channelOf(taskId: string): TaskChannel | undefined {
    const channel = this.options.channelOf(taskId);
    return E.isRight(channel) ? this.channels.get(channel.right) : undefined;
  }
}
