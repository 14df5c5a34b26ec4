/**
 * The wait for a task's ready state, until a deadline.
 *
 * There may be a hundred thousand of them, so that each is one object: it listens to the
 * task, and is what its timer is told.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Observer, Subscription } from 'rxjs';
import { type ResultStoreError, ResultTimeout } from '../errors/errors.js';
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
    const wait = new TaskWait(backend, taskId, settle);
    wait.begin(seconds !== null && seconds <= MAX_SECONDS ? seconds : null);
    return () => wait.stop();
  };

/** In seconds: so long may the first look take, however short the timeout. */
export const TO_LOOK = 1;

class TaskWait implements Observer<TaskMeta> {
  private watching: Subscription | undefined;
  private timer: Subscription | undefined;
  private isOver = false;
  seconds = 0;

  constructor(
    private readonly backend: ResultBackend,
    private readonly taskId: string,
    private readonly settle: Settle<TaskMeta>,
  ) {}

  begin(seconds: number | null): void {
    this.watching = this.backend.resultConsumer.consumeFrom(this.taskId).subscribe(this);
    if (this.isOver) this.watching.unsubscribe();
    else if (seconds !== null) {
      this.seconds = seconds;
      this.timer = this.backend.scheduler.schedule<TaskWait>(due, seconds * 1000, this);
    }
  }

  stop(): void {
    this.isOver = true;
    this.watching?.unsubscribe();
    this.timer?.unsubscribe();
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
  due(patience: number): void {
    const { backend, taskId, seconds } = this;
    backend.taken(() => {
      if (this.isOver) return;
      if (patience > 0 && !backend.resultConsumer.isFollowing(taskId)) {
        this.timer = backend.scheduler.schedule<TaskWait>(overdue, patience * 1000, this);
      } else this.end(E.left(new ResultTimeout(taskId, seconds)));
    });
  }

  private end(result: Result<TaskMeta>): void {
    if (this.isOver) return;
    this.stop();
    this.settle(result);
  }
}

const due = (wait?: TaskWait): void => wait?.due(TO_LOOK - wait.seconds);

const overdue = (wait?: TaskWait): void => wait?.due(0);
