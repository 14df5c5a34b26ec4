/**
 * `Deadlines`: the timers of any number of waits. Those that may take as long are due in
 * the order in which they began, so one timer serves them all; a timer for each would weigh
 * more than the wait itself.
 *
 * @since 0.1.0
 */
import type { SchedulerLike, Subscription } from 'rxjs';
import { isolated } from './isolated.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What has a deadline. */
export interface Waiter {
  readonly due: () => void;
}

/** The waits that may take as long, each with the time at which it is due. */
interface Line {
  readonly times: Map<Waiter, number>;
  timer: Subscription;
}

export class Deadlines {
  private readonly lines = new Map<number, Line>();

  constructor(private readonly scheduler: SchedulerLike) {}

  /** Tells `waiter` once, in so many seconds, unless it is deleted before. */
  add(waiter: Waiter, seconds: number): void {
    const line = this.lines.get(seconds) ?? this.open(seconds);
    line.times.set(waiter, this.scheduler.now() + seconds * 1000);
  }

  delete(waiter: Waiter, seconds: number): void {
    const line = this.lines.get(seconds);
    if (line?.times.delete(waiter) && line.times.size === 0) this.close(seconds, line);
  }

  private open(seconds: number): Line {
    const line = { times: new Map(), timer: this.timer(seconds, seconds * 1000) };
    this.lines.set(seconds, line);
    return line;
  }

  private close(seconds: number, { timer }: Line): void {
    timer.unsubscribe();
    this.lines.delete(seconds);
  }

  private timer(seconds: number, milliseconds: number): Subscription {
    return this.scheduler.schedule(() => this.look(seconds), milliseconds);
  }

  /** The first of the line may have gone, and the one that is first now be due later. */
  private look(seconds: number): void {
    const line = this.lines.get(seconds);
    if (line === undefined) return;
    const now = this.scheduler.now();
    for (const [waiter, time] of line.times) {
      if (time > now) {
        line.timer = this.timer(seconds, time - now);
        return;
      }
      line.times.delete(waiter);
      isolated(() => waiter.due());
    }
    // it may have been closed meanwhile, and another one opened
    if (this.lines.get(seconds) === line) this.close(seconds, line);
  }
}
