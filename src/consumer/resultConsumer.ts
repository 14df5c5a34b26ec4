/**
 * `ResultConsumer`: one link to Redis on which any number of tasks are watched. `registry.ts`
 * tells through which states each goes.
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
import { InvalidArgument } from '../errors/errors.js';
import { Deadlines } from '../operation/deadlines.js';
import { MAX_SECONDS } from '../operation/maxWait.js';
import { type Run, settled } from '../operation/run.js';
import type { Connection, Value } from '../port/commands.js';
import type { RetryPolicy } from '../retry/policy.js';
import type { Keys } from '../wire/keys.js';
import { Follower } from './follower.js';
import { LargeValues } from './largeValues.js';
import { type Decode, Readings } from './readings.js';
import { Registry } from './registry.js';
import { type ConnectionState, Sessions, type SessionsOptions } from './sessions.js';
import { type TaskResults, taskResults } from './taskResults.js';
import { TaskStream } from './taskStream.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What a consumer stands on. */
export interface ConsumerOptions {
  readonly connection: Pick<Connection, 'subscriber$' | 'leaveAfter' | 'taken'>;
  readonly keys: Pick<Keys, 'task' | 'taskPrefix'>;
  readonly decode: Decode;
  /** Reads a key under the retry policy, on its own. */
  readonly read: (key: string) => Run<Value>;
  readonly retryPolicy: RetryPolicy;
  readonly retry: SessionsOptions['retry'];
  /** In seconds; 0 is never. */
  readonly healthCheckInterval: number;
  /** In seconds; 0 is never. */
  readonly backstopInterval: number;
}

/**
 * A hot observable of the per-task streams: each is emitted as it opens.
 *
 * @example
 * import { RedisBackend } from 'chordis'
 * import { mergeAll } from 'rxjs'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * const { resultConsumer } = backend
 * // whatever is watched from now on
 * resultConsumer.pipe(mergeAll()).subscribe(({ taskId, status }) => console.log(taskId, status))
 *
 * resultConsumer.consumeFrom('4f1b').subscribe()
 * await backend.onTaskCall(null, '4f1b')()
 * await backend.markAsDone('4f1b', 5)() // => 4f1b SUCCESS
 * await backend.close()()
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

  /** @internal Of those that follow. */
  readonly deadlines: Deadlines;

  private readonly opened: Rx.Subject<TaskResults>;
  private readonly registry: Registry;
  private readonly sessions: Sessions;
  private backstopped = 0;
  private closed = false;

  /** @internal A backend has one. */
  constructor(private readonly options: ConsumerOptions) {
    const opened = new Rx.Subject<TaskResults>();
    super((observer) => opened.subscribe(observer));
    this.opened = opened;
    this.deadlines = new Deadlines(options.retry.scheduler);
    const registry = new Registry({
      prefix: options.keys.taskPrefix,
      leaveAfter: options.connection.leaveAfter,
      scheduler: options.retry.scheduler,
      onOpen: (channel) => {
        this.sessions.start();
        // a link that fails at once has failed the channel too
        if (opened.observed && channel.isOpen) opened.next(new TaskStream(channel.key, registry));
      },
    });
    const readings = new Readings(registry, options.decode);
    const large = new LargeValues({
      read: (channel) => options.read(registry.nameOf(channel)),
      // a state that is not ready may be older than what was heard meanwhile
      take: (channel, bytes) =>
        channel.isOpen && !channel.heard
          ? readings.take(channel, bytes)
          : readings.takeReady(channel, bytes),
      fail: (channel, error) => registry.fail(channel, error),
    });
    this.registry = registry;
    this.sessions = new Sessions({
      ...options,
      registry,
      readings,
      large,
      onBackstop: () => {
        this.backstopped += 1;
      },
    });
    this.connection$ = this.sessions.connection$;
  }

  /**
   * Whether the task's channel is subscribed to, and its key has been read since.
   */
  isFollowing(taskId: string): boolean {
    return this.registry.get(taskId)?.state === 'following';
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
    const name = this.nameOf(taskId);
    return E.isLeft(name)
      ? taskResults(
          taskId,
          Rx.throwError(() => name.left),
        )
      : new TaskStream(taskId, this.registry);
  }

  /**
   * Ends the stream of a task, which completes without a ready state.
   * Celery: `ResultConsumer.cancel_for`.
   */
  cancelFor(taskId: string): void {
    const channel = this.registry.get(taskId);
    if (channel !== undefined) this.registry.close(channel);
  }

  /**
   * Follows a task before anybody watches it: done once its channel is subscribed to,
   * which then stays so until the result arrives, the task is cancelled, or `seconds`
   * are over (0 is never, and no timer counts further than 24.8 days); or until what it
   * is done with is called, which lets go of the task.
   *
   * @internal
   */
  follow(taskId: string, seconds: number): Run<() => void> {
    return (settle) => {
      const name = this.nameOf(taskId);
      if (E.isLeft(name)) return settled<() => void>(name)(settle);
      const channel = this.registry.channel(taskId);
      const follower = new Follower(channel, this, Math.min(seconds, MAX_SECONDS), settle);
      follower.begin();
      return () => follower.cancel();
    };
  }

  private nameOf(taskId: string): E.Either<InvalidArgument, string> {
    return typeof taskId === 'string'
      ? this.options.keys.task(taskId)
      : E.left(new InvalidArgument('task_id', 'must be a string'));
  }

  /** Completes every stream and hangs up. A stream that is asked for later fails with `Closed`. */
  stop(): void {
    this.closed = true;
    this.sessions.stop();
    this.registry.stop();
    this.opened.complete();
    this.sessions.complete();
  }
}
