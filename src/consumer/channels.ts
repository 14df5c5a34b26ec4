/**
 * The channels that are open. What has been opened and left is told once, at the end of
 * the tick; a channel that was left and opened again in one tick is only opened.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import type { ResultStoreError } from '../errors.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import type { TaskChannel } from './taskChannel.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What happened in one tick. */
export interface Changes {
  readonly opened: ReadonlyArray<TaskChannel>;
  readonly left: ReadonlyArray<string>;
}

export class Channels {
  readonly changes$: Rx.Observable<Changes>;

  private readonly changes = new Rx.Subject<Changes>();
  private readonly open = new Map<string, TaskChannel>();
  private opened = new Set<TaskChannel>();
  private left = new Set<string>();
  private tick: Rx.Subscription | undefined;

  constructor() {
    this.changes$ = this.changes.asObservable();
  }

  // ---------------------------------------------------------------------------------
  // which are open
  // ---------------------------------------------------------------------------------

  get isEmpty(): boolean {
    return this.open.size === 0;
  }

  get(name: string): TaskChannel | undefined {
    return this.open.get(name);
  }

  has(channel: TaskChannel): boolean {
    return this.open.get(channel.channel) === channel;
  }

  /** Every open channel, for a new link, on which nothing has been joined or left. */
  takeAll(): ReadonlyArray<TaskChannel> {
    this.takeChanges();
    return [...this.open.values()];
  }

  // ---------------------------------------------------------------------------------
  // opening, and the ways to end
  // ---------------------------------------------------------------------------------

  add(channel: TaskChannel): void {
    this.open.set(channel.channel, channel);
    this.opened.add(channel);
    this.tellSoon();
  }

  settle(channel: TaskChannel, meta: TaskMeta): void {
    if (this.remove(channel)) channel.settle(meta);
  }

  fail(channel: TaskChannel, error: ResultStoreError): void {
    if (this.remove(channel)) channel.fail(error);
  }

  failAll(error: ResultStoreError): void {
    for (const channel of [...this.open.values()]) this.fail(channel, error);
  }

  /** Completes it without a ready state, where anybody listens still. */
  close(channel: TaskChannel): void {
    if (this.remove(channel)) channel.complete();
  }

  private remove(channel: TaskChannel): boolean {
    if (!this.has(channel)) return false;
    this.open.delete(channel.channel);
    if (!this.opened.delete(channel)) this.left.add(channel.channel);
    this.tellSoon();
    return true;
  }

  // ---------------------------------------------------------------------------------
  // the changes of a tick
  // ---------------------------------------------------------------------------------

  private tellSoon(): void {
    this.tick ??= Rx.asapScheduler.schedule(() => {
      this.tick = undefined;
      this.changes.next(this.takeChanges());
    });
  }

  private takeChanges(): Changes {
    const opened = [...this.opened];
    const left = [...this.left].filter((name) => !this.open.has(name));
    this.opened = new Set();
    this.left = new Set();
    return { opened, left };
  }
}
