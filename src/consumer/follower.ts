/**
 * `Follower`: who follows a task before anybody watches it, as a sender does. It tells once
 * that the task is followed, and stays until the result arrives, or for its time.
 *
 * There may be a hundred thousand of them for a day, so that each is one object: it listens
 * to the task, and is what is told of its deadline.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid } from 'fp-ts/lib/function.js';
import { Closed, ResultCancelled, type ResultStoreError } from '../errors/errors.js';
import type { Deadlines, Waiter } from '../operation/deadlines.js';
import type { Result, Settle } from '../operation/run.js';
import { isReady } from '../states.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import type { Listening } from './audience.js';
import type { TaskChannel } from './registry.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What it follows for. */
interface Consumer {
  readonly isStopped: boolean;
  readonly deadlines: Deadlines;
}

export class Follower implements Listening, Waiter {
  closed = false;
  private isSettled = false;
  private settle: Settle<() => void> | undefined;

  /** `seconds`: 0 is never. */
  constructor(
    private readonly channel: TaskChannel,
    private readonly consumer: Consumer,
    private readonly seconds: number,
    settle: Settle<() => void>,
  ) {
    this.settle = settle;
  }

  begin(): void {
    const { channel, consumer, seconds } = this;
    channel.add(this);
    if (this.closed) return;
    if (seconds > 0) consumer.deadlines.add(this, seconds);
    if (channel.state === 'following') this.followed();
  }

  /** Lets go of the task, unless it has been told that it is followed. */
  cancel(): void {
    if (this.settle !== undefined) this.stop();
  }

  /** Lets go of the task. */
  private stop(): void {
    if (this.closed) return;
    this.end();
    this.channel.remove(this);
  }

  followed(): void {
    this.tell(E.right(() => this.stop()));
  }

  next({ status }: TaskMeta): void {
    this.isSettled ||= isReady(status);
  }

  error(error: ResultStoreError): void {
    this.end();
    this.tell(E.left(error));
  }

  complete(): void {
    this.end();
    this.tell(this.isSettled ? E.right(constVoid) : E.left(this.reason()));
  }

  due(): void {
    this.stop();
    this.complete();
  }

  /** Why the task is followed no more, though it has no result. */
  private reason(): ResultStoreError {
    return this.consumer.isStopped
      ? new Closed('result consumer')
      : new ResultCancelled(this.channel.key);
  }

  private end(): void {
    this.closed = true;
    if (this.seconds > 0) this.consumer.deadlines.delete(this, this.seconds);
  }

  /** Once: the task is followed for long after that. */
  private tell(result: Result<() => void>): void {
    const { settle } = this;
    this.settle = undefined;
    settle?.(result);
  }
}
