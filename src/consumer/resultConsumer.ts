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
 * - *released*: the channel is left, with others a little later: to *absent*.
 *
 * What is read and what is heard are one row, since they come over one connection: a
 * value read is not older than the messages before it. So a value that is not ready is
 * passed over where a message has come already; and where the order does not hold
 * (RESP2), a ready state wins all the same.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import {
  Closed,
  InvalidArgument,
  ResultCancelled,
  type ResultStoreError,
} from '../errors/errors.js';
import { MAX_SECONDS } from '../operation/maxWait.js';
import type { Run } from '../operation/run.js';
import type { Connection, Subscriber, Value } from '../port/commands.js';
import type { RetryPolicy } from '../retry/policy.js';
import type { RetryOptions } from '../retry/retryAfter.js';
import { retryOverTime } from '../retry/retryOverTime.js';
import { isReady } from '../states.js';
import type { Keys } from '../wire/keys.js';
import { Channels } from './channels.js';
import { heartbeat } from './heartbeat.js';
import { LargeValues } from './largeValues.js';
import { type Decode, Readings } from './readings.js';
import { type Progress, session } from './session.js';
import { type Host, TaskChannel } from './taskChannel.js';
import { type TaskResults, taskResults } from './taskResults.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Of the link that listens:
 * - `Connected`: it has every open channel;
 * - `Resyncing`: it is made, or made anew; after `attempts` in vain, the last of which met
 *   `error`, and not before `nextTry`; where nobody watches, not before somebody does;
 * - `Lost`: the retry policy is spent, and every stream has failed with `error`.
 *
 * @category model
 * @since 0.1.0
 */
export type ConnectionState =
  | { readonly _tag: 'Connected' }
  | {
      readonly _tag: 'Resyncing';
      readonly attempts: number;
      readonly error: ResultStoreError | null;
      readonly nextTry: Date | null;
    }
  | { readonly _tag: 'Lost'; readonly error: ResultStoreError };

/** What a consumer stands on. */
export interface ConsumerOptions {
  readonly connection: Pick<Connection, 'subscriber$' | 'leaveAfter' | 'taken'>;
  readonly keys: Pick<Keys, 'task' | 'taskPrefix'>;
  readonly decode: Decode;
  /** Reads a key under the retry policy, on its own. */
  readonly read: (key: string) => Run<Value>;
  readonly retryPolicy: RetryPolicy;
  readonly retry: Required<Pick<RetryOptions, 'when' | 'nextWait' | 'scheduler'>>;
  /** In seconds; 0 is never. */
  readonly healthCheckInterval: number;
  /** In seconds; 0 is never. */
  readonly backstopInterval: number;
}

/**
 * A hot observable of the per-task streams: each is emitted as it opens.
 *
 * @category model
 * @since 0.1.0
 */
export class ResultConsumer extends Rx.Observable<TaskResults> {
  /** The latest state of the link, then each further one; none before the first connect. */
  readonly connection$: Rx.Observable<ConnectionState>;

  /**
   * How many tasks were found ready of which no message had told: it stays 0 beside Celery,
   * and beside chordis.
   */
  get readyWithoutMessage(): number {
    return this.backstopped;
  }

  private readonly connection = new Rx.ReplaySubject<ConnectionState>(1);
  private readonly opened: Rx.Subject<TaskResults>;
  private readonly followed = new Rx.Subject<void>();
  private readonly channels: Channels;
  private readonly readings: Readings;
  private readonly large: LargeValues;
  private session: Rx.Subscription | undefined;
  private state: ConnectionState['_tag'] | undefined;
  private backstopped = 0;
  private closed = false;

  /** @internal A backend has one. */
  constructor(private readonly options: ConsumerOptions) {
    const opened = new Rx.Subject<TaskResults>();
    super((observer) => opened.subscribe(observer));
    this.opened = opened;
    this.channels = new Channels({
      prefix: options.keys.taskPrefix,
      leaveAfter: options.connection.leaveAfter,
      scheduler: options.retry.scheduler,
    });
    this.readings = new Readings(this.channels, options.decode);
    this.large = new LargeValues({
      read: (channel) => options.read(this.channels.nameOf(channel)),
      // a state that is not ready may be older than what was heard meanwhile
      take: (channel, bytes) =>
        channel.isOpen && !channel.heard
          ? this.readings.take(channel, bytes)
          : this.readings.takeReady(channel, bytes),
      fail: (channel, error) => this.channels.fail(channel, error),
    });
    this.connection$ = this.connection.asObservable();
  }

  /**
   * Whether the task's channel is subscribed to, and its key has been read since.
   */
  isFollowing(taskId: string): boolean {
    return this.channels.get(taskId)?.following ?? false;
  }

  /** Whether it was stopped. */
  get isStopped(): boolean {
    return this.closed;
  }

  /**
   * The states of one task. Its channel is subscribed to for as long as this is.
   * Celery: `ResultConsumer.consume_from`.
   */
  consumeFrom(taskId: string): TaskResults {
    const name =
      typeof taskId === 'string'
        ? this.options.keys.task(taskId)
        : E.left(new InvalidArgument('task_id', 'must be a string'));
    return E.isLeft(name)
      ? taskResults(
          taskId,
          Rx.throwError(() => name.left),
        )
      : new TaskChannel(taskId, this.host);
  }

  /**
   * Ends the stream of a task, which completes without a ready state.
   * Celery: `ResultConsumer.cancel_for`.
   */
  cancelFor(taskId: string): void {
    const channel = this.channels.get(taskId);
    if (channel !== undefined) this.channels.close(channel);
  }

  /**
   * Follows a task before anybody watches it: done once its channel is subscribed to,
   * which then stays so until the result arrives, the task is cancelled, or `seconds`
   * are over (0 is never, and no timer counts further than 24.8 days).
   *
   * @internal
   */
  follow(taskId: string, seconds: number): Run<void> {
    const { scheduler } = this.options.retry;
    const end$ =
      seconds === 0 ? Rx.NEVER : Rx.timer(Math.min(seconds, MAX_SECONDS) * 1000, scheduler);
    return (settle) => {
      let isOver = false;
      let isSettled = false;
      const over = (result: E.Either<ResultStoreError, void>): void => {
        if (isOver) return;
        isOver = true;
        check.unsubscribe();
        settle(result);
      };
      const check = new Rx.Subscription();
      const watching = this.consumeFrom(taskId)
        .pipe(Rx.takeUntil(end$))
        .subscribe({
          next: (meta) => {
            isSettled ||= isReady(meta.status);
          },
          error: (error: ResultStoreError) => over(E.left(error)),
          complete: () =>
            over(
              this.closed
                ? E.left(new Closed('result consumer'))
                : isSettled
                  ? E.right(undefined)
                  : E.left(new ResultCancelled(taskId)),
            ),
        });
      const look = (): void => {
        if (this.isFollowing(taskId)) over(E.right(undefined));
      };
      check.add(this.followed.subscribe(look));
      look();
      return () => {
        check.unsubscribe();
        if (!isOver) watching.unsubscribe();
      };
    };
  }

  /** Completes every stream and hangs up. A stream that is asked for later fails with `Closed`. */
  stop(): void {
    this.closed = true;
    this.session?.unsubscribe();
    this.channels.closeAll();
    this.opened.complete();
    this.connection.complete();
  }

  // ---------------------------------------------------------------------------------
  // opening and leaving
  // ---------------------------------------------------------------------------------

  private readonly host: Host = {
    current: (channel) => this.channels.get(channel.key) ?? channel,
    open: (channel) => this.open(channel),
    deserted: (channel) => this.channels.close(channel),
  };

  private open(channel: TaskChannel): void {
    if (this.closed) {
      channel.fail(new Closed('result consumer'));
      return;
    }
    this.channels.add(channel);
    if (this.session === undefined) this.connect();
    // a link that fails at once has failed the channel too
    if (channel.isOpen) this.opened.next(channel);
  }

  // ---------------------------------------------------------------------------------
  // the link
  // ---------------------------------------------------------------------------------

  private connect(): void {
    const { connection, retryPolicy, retry, healthCheckInterval, backstopInterval } = this.options;
    const { when, nextWait, scheduler } = retry;
    const { channels, large, readings } = this;
    const sessions$ = connection.subscriber$.pipe(
      Rx.switchMap((subscriber: Subscriber) =>
        Rx.merge(
          session(subscriber, {
            channels,
            large,
            readings,
            isLost: when,
            retryPolicy,
            scheduler,
            healthCheckInterval,
            backstopInterval,
            onBackstop: () => {
              this.backstopped += 1;
            },
          }),
          heartbeat(subscriber, healthCheckInterval, scheduler, connection.taken),
        ),
      ),
      Rx.tap(this.note),
      // a link that is dropped at once does not start the policy anew
      Rx.filter((progress) => progress === 'proven'),
      retryOverTime(retryPolicy, {
        when: (error) => !channels.isEmpty && when(error),
        nextWait: (error, retries, waits) => {
          const seconds = nextWait(error, retries, waits);
          const nextTry = new Date(scheduler.now() + seconds * 1000);
          this.tell({ _tag: 'Resyncing', attempts: retries + 1, error, nextTry });
          return seconds;
        },
        scheduler,
        resetOnSuccess: true,
      }),
    );
    this.session = new Rx.Subscription();
    this.session.add(
      sessions$.subscribe({
        error: (error: ResultStoreError) => {
          this.session = undefined;
          this.tell(
            channels.isEmpty
              ? { _tag: 'Resyncing', attempts: 0, error, nextTry: null }
              : { _tag: 'Lost', error },
          );
          channels.failAll(error);
        },
      }),
    );
  }

  private readonly note = (progress: Progress): void => {
    if (progress === 'followed') this.followed.next();
    else if (progress === 'connected') this.tell({ _tag: 'Connected' });
    else if (progress === 'resyncing' && this.state !== 'Resyncing') {
      this.tell({ _tag: 'Resyncing', attempts: 0, error: null, nextTry: null });
    }
  };

  private tell(state: ConnectionState): void {
    this.state = state._tag;
    this.connection.next(state);
  }
}
