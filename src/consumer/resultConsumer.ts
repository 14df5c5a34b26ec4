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
import { MAX_SECONDS } from '../config/address.js';
import { Closed, type ResultStoreError } from '../errors/errors.js';
import { fromObservable, type Operation } from '../operation/operation.js';
import type { Subscriber } from '../port/commands.js';
import type { RetryPolicy } from '../retry/policy.js';
import type { RetryOptions } from '../retry/retryAfter.js';
import { retryOverTime } from '../retry/retryOverTime.js';
import type { Keys } from '../wire/keys.js';
import { Channels } from './channels.js';
import { heartbeat } from './heartbeat.js';
import { type Progress, type SessionOptions, session } from './session.js';
import { type Host, TaskChannel } from './taskChannel.js';
import type { TaskResults } from './taskResults.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Of the link that listens: it has every open channel; it is made anew; or the retry
 * policy is spent.
 *
 * @category model
 * @since 0.1.0
 */
export type ConnectionState = 'connected' | 'resyncing' | 'lost';

/** What a consumer stands on. */
export interface ConsumerOptions {
  readonly subscriber$: Rx.Observable<Subscriber>;
  /** In milliseconds. */
  readonly leaveAfter: number;
  readonly keys: Pick<Keys, 'task' | 'taskPrefix'>;
  readonly decode: SessionOptions['decode'];
  readonly retryPolicy: RetryPolicy;
  readonly retry: Required<Pick<RetryOptions, 'when' | 'onRetry' | 'scheduler'>>;
  /** In seconds; 0 is never. */
  readonly healthCheckInterval: number;
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

  private readonly connection = new Rx.ReplaySubject<ConnectionState>(1);
  private readonly opened: Rx.Subject<TaskResults>;
  private readonly followed = new Rx.Subject<void>();
  private readonly channels: Channels;
  private session: Rx.Subscription | undefined;
  private closed = false;

  /** @internal A backend has one. */
  constructor(private readonly options: ConsumerOptions) {
    const opened = new Rx.Subject<TaskResults>();
    super((observer) => opened.subscribe(observer));
    this.opened = opened;
    this.channels = new Channels({
      prefix: options.keys.taskPrefix,
      leaveAfter: options.leaveAfter,
      scheduler: options.retry.scheduler,
    });
    this.connection$ = this.connection.pipe(Rx.distinctUntilChanged());
  }

  /**
   * The states of one task. Its channel is subscribed to for as long as this is.
   * Celery: `ResultConsumer.consume_from`.
   */
  consumeFrom(taskId: string): TaskResults {
    const name = this.options.keys.task(taskId);
    return E.isLeft(name)
      ? Object.assign(
          Rx.throwError(() => name.left),
          { key: taskId },
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
          Rx.filter(() => this.channels.get(taskId)?.following ?? false),
        );
        return Rx.merge(following, ended);
      }),
    );
  }

  /** Fails every stream with `Closed` and hangs up. */
  stop(): void {
    this.closed = true;
    this.session?.unsubscribe();
    this.channels.failAll(new Closed('result consumer'));
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
    const { subscriber$, decode, retryPolicy, retry, healthCheckInterval } = this.options;
    const { when, onRetry, scheduler } = retry;
    const { channels } = this;
    const sessions$ = subscriber$.pipe(
      Rx.switchMap((subscriber) =>
        Rx.merge(
          session(subscriber, { channels, decode, isLost: when }),
          heartbeat(subscriber, healthCheckInterval, scheduler),
        ),
      ),
      Rx.tap({ next: this.note, error: () => this.connection.next('lost') }),
      Rx.filter((progress) => progress === 'connected'),
      retryOverTime(retryPolicy, {
        when: (error) => !channels.isEmpty && when(error),
        onRetry,
        scheduler,
        resetOnSuccess: true,
      }),
    );
    this.session = new Rx.Subscription();
    this.session.add(
      sessions$.subscribe({
        error: (error: ResultStoreError) => {
          this.session = undefined;
          channels.failAll(error);
        },
      }),
    );
  }

  private readonly note = (progress: Progress): void => {
    if (progress === 'followed') this.followed.next();
    else this.connection.next(progress);
  };
}
