/**
 * Which channels have been opened and left since that was told last. Those opened are told
 * at the end of the tick. So are those left, but no sooner than `leaveAfter` after the last
 * time; a channel that was opened again meanwhile is not among them.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import { atEndOfTick } from '../operation/endOfTick.js';

export interface ChangesOptions {
  /** In milliseconds. */
  readonly leaveAfter: number;
  readonly scheduler: Rx.SchedulerLike;
}

export class Changes<C extends { readonly key: string }> {
  /** The channels opened in a tick. */
  readonly opened$ = new Rx.Subject<ReadonlyArray<C>>();
  /** The channels left in a while. */
  readonly left$ = new Rx.Subject<ReadonlyArray<C>>();

  private opened = new Set<C>();
  private left: Array<C> = [];
  private toldLeft = Number.NEGATIVE_INFINITY;
  /** One of those left may be open again. */
  private reopened = false;

  constructor(
    private readonly options: ChangesOptions,
    /** The channel of a task that is open. */
    private readonly current: (key: string) => C | undefined,
  ) {}

  open(channel: C): void {
    this.opened.add(channel);
    this.reopened = this.left.length > 0;
    if (this.opened.size === 1) atEndOfTick(() => this.tellOpened());
  }

  leave(channel: C): void {
    if (!this.opened.delete(channel) && this.left.push(channel) === 1) this.tellLeftSoon();
  }

  /** What is still to be told is told otherwise. */
  clear(): void {
    this.opened.clear();
    this.left = [];
    this.reopened = false;
  }

  private tellOpened(): void {
    const opened = [...this.opened];
    this.opened.clear();
    this.opened$.next(opened);
  }

  private tellLeftSoon(): void {
    const { scheduler, leaveAfter } = this.options;
    const wait = Math.min(leaveAfter, this.toldLeft + leaveAfter - scheduler.now());
    if (wait > 0) scheduler.schedule(() => this.tellLeft(), wait);
    else atEndOfTick(() => this.tellLeft());
  }

  /** One that is about to be joined again is none, unless it is left before that. */
  private tellLeft(): void {
    const { left } = this;
    this.left = this.reopened ? left.filter((channel) => this.isOpening(channel)) : [];
    this.left$.next(
      this.reopened ? left.filter(({ key }) => this.current(key) === undefined) : left,
    );
    this.reopened = this.left.length > 0;
    this.toldLeft = this.options.scheduler.now();
    if (this.reopened) this.tellLeftSoon();
  }

  private isOpening({ key }: C): boolean {
    const channel = this.current(key);
    return channel !== undefined && this.opened.has(channel);
  }
}
