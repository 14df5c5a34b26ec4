/**
 * Following tasks from before they are sent, and letting go of them where they are not.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constTrue } from 'fp-ts/lib/function.js';
import { type Cancel, type Result, type Run, type Settle, started } from '../operation/run.js';

/** Subscribed to a task; then what lets go of it. */
export type Follow = (taskId: string) => Run<() => void>;

/**
 * `run` once all tasks are followed. Where it fails, is cancelled, or comes to what is not to
 * be kept, and where one can't be followed, all are let go of.
 */
export const followed =
  <A>(follow: Follow, taskIds: ReadonlyArray<string>, keeps: (a: A) => boolean = constTrue) =>
  (run: Run<A>): Run<A> =>
  (settle) => {
    const following = new Following(settle, keeps);
    following.begin(follow, taskIds, run);
    return () => following.cancel();
  };

/** `following all → running → over`; from the first two it is cancelled, too. */
class Following<A> {
  private readonly releases: Array<() => void> = [];
  private readonly cancels: Array<Cancel> = [];
  private waiting = 0;
  private isOver = false;

  constructor(
    private readonly settle: Settle<A>,
    private readonly keeps: (a: A) => boolean,
  ) {}

  begin(follow: Follow, taskIds: ReadonlyArray<string>, run: Run<A>): void {
    this.waiting = taskIds.length;
    if (this.waiting === 0) this.run(run);
    const take = (result: Result<() => void>): void => {
      if (E.isLeft(result)) this.end(result);
      else if (this.isOver) result.right();
      else {
        this.releases.push(result.right);
        this.waiting -= 1;
        if (this.waiting === 0) this.run(run);
      }
    };
    for (const taskId of taskIds) {
      if (this.isOver) return;
      this.cancels.push(started(() => follow(taskId), take));
    }
  }

  cancel(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.letGo();
  }

  private run(run: Run<A>): void {
    const cancel = started(
      () => run,
      (result) => this.end(result),
    );
    this.cancels.push(cancel);
  }

  private end(result: Result<A>): void {
    if (this.isOver) return;
    this.isOver = true;
    if (E.isLeft(result) || !this.keeps(result.right)) this.letGo();
    this.settle(result);
  }

  private letGo(): void {
    for (const cancel of this.cancels) cancel?.();
    for (const release of this.releases) release();
  }
}
