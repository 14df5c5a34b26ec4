/**
 * The wait for a task's ready state, until a deadline.
 *
 * There may be a hundred thousand of them, so that each is one object: it listens to the
 * task, and is what is told of its deadline.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Observer, Subscription } from 'rxjs';
import { type ResultStoreError, ResultTimeout } from '../errors/errors.js';
import type { Waiter } from '../operation/deadlines.js';
import { MAX_SECONDS } from '../operation/maxWait.js';
import type { Result, Run, Settle } from '../operation/run.js';
import { isReady } from '../states.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import { endOf } from './outcome.js';
import type { ResultBackend } from './resultBackend.js';

/** Watches the task, for `seconds` at most; `null`, and what no timer can count, is for ever. */
export const readyWithin =
  (backend: ResultBackend, taskId: string, seconds: number | null): Run<TaskMeta> =>
  (settle) => {
    const limit = seconds !== null && seconds <= MAX_SECONDS ? seconds : null;
    const wait = new TaskWait(backend, taskId, limit, settle);
    wait.begin();
    return () => wait.stop();
  };

/** In seconds: so long may the first look take, however short the timeout. */
export const TO_LOOK = 1;

class TaskWait implements Observer<TaskMeta>, Waiter {
  private watching: Subscription | undefined;
  private isOver = false;
  /** Whether it is past its deadline, and only waits for the first look. */
  private isLate = false;

  constructor(
    private readonly backend: ResultBackend,
    private readonly taskId: string,
    private readonly seconds: number | null,
    private readonly settle: Settle<TaskMeta>,
  ) {}

  begin(): void {
    const { backend, seconds } = this;
    this.watching = backend.resultConsumer.consumeFrom(this.taskId).subscribe(this);
    if (this.isOver) this.watching.unsubscribe();
    else if (seconds !== null) backend.deadlines.add(this, seconds);
  }

  stop(): void {
    const { backend, seconds } = this;
    this.isOver = true;
    this.watching?.unsubscribe();
    if (seconds !== null) backend.deadlines.delete(this, this.isLate ? TO_LOOK - seconds : seconds);
  }

  next(meta: TaskMeta): void {
    if (isReady(meta.status)) this.end(E.right(meta));
  }

  error(error: ResultStoreError): void {
    this.end(E.left(error));
  }

  complete(): void {
    this.end(E.left(endOf(this.taskId, this.backend.resultConsumer)));
  }

  /** What has arrived in time counts, though this process was busy then. */
  due(): void {
    const { backend, taskId } = this;
    const seconds = this.seconds ?? 0;
    backend.taken(() => {
      if (this.isOver) return;
      if (!this.isLate && seconds < TO_LOOK && !backend.resultConsumer.isFollowing(taskId)) {
        this.isLate = true;
        backend.deadlines.add(this, TO_LOOK - seconds);
      } else this.end(E.left(new ResultTimeout(taskId, seconds)));
    });
  }

  private end(result: Result<TaskMeta>): void {
    if (this.isOver) return;
    this.stop();
    this.settle(result);
  }
}
