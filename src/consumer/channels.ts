/**
 * The channels that are open, and what has become of them since it was told last. Those
 * opened are told at the end of the tick. So are those left, but no sooner than
 * `leaveAfter` after the last time; a channel that was opened again meanwhile is not among
 * them.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import type { ResultStoreError } from '../errors/errors.js';
import { atEndOfTick } from '../operation/endOfTick.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import type { TaskChannel } from './taskChannel.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface ChannelsOptions {
  /** What the name of each channel starts with, before the task's id. */
  readonly prefix: string;
  /** In milliseconds. */
  readonly leaveAfter: number;
  readonly scheduler: Rx.SchedulerLike;
}

export class Channels {
  /** The channels opened in a tick. */
  readonly opened$ = new Rx.Subject<ReadonlyArray<TaskChannel>>();
  /** The channels left in a while. */
  readonly left$ = new Rx.Subject<ReadonlyArray<TaskChannel>>();

  private readonly open = new Map<string, TaskChannel>();
  /** The ids whose turn is still to come; no iterator of the map, which would hold all that was ever in it. */
  private turn: Array<string> = [];
  private opened = new Set<TaskChannel>();
  private left: Array<TaskChannel> = [];
  private toldLeft = Number.NEGATIVE_INFINITY;
  /** One of those left may be open again. */
  private reopened = false;

  /** In bytes. */
  private readonly prefixLength: number;

  constructor(private readonly options: ChannelsOptions) {
    this.prefixLength = Buffer.byteLength(options.prefix);
  }

  // ---------------------------------------------------------------------------------
  // which are open
  // ---------------------------------------------------------------------------------

  get isEmpty(): boolean {
    return this.open.size === 0;
  }

  get size(): number {
    return this.open.size;
  }

  /** The next ones in turn, as many; after the last one it is the first one's turn again. */
  next(count: number): ReadonlyArray<TaskChannel> {
    const most = Math.min(count, this.open.size);
    const found = new Set<TaskChannel>();
    if (most === 0) this.turn = [];
    while (found.size < most) {
      if (this.turn.length === 0) this.turn = [...this.open.keys()].reverse();
      const channel = this.open.get(this.turn.pop() ?? '');
      if (channel !== undefined) found.add(channel);
    }
    return [...found];
  }

  get(taskId: string): TaskChannel | undefined {
    return this.open.get(taskId);
  }

  /** By its whole name. A slice of a string would be looked up at twice the cost. */
  named(name: Buffer): TaskChannel | undefined {
    return this.open.get(name.toString('utf8', this.prefixLength));
  }

  nameOf({ key }: TaskChannel): string {
    return this.options.prefix + key;
  }

  /** Every open channel, for a new link, on which nothing has been joined or left. */
  takeAll(): ReadonlyArray<TaskChannel> {
    this.opened.clear();
    this.left = [];
    this.reopened = false;
    return [...this.open.values()];
  }

  // ---------------------------------------------------------------------------------
  // opening, and the ways to end
  // ---------------------------------------------------------------------------------

  add(channel: TaskChannel): void {
    channel.isOpen = true;
    this.open.set(channel.key, channel);
    this.opened.add(channel);
    this.reopened = this.left.length > 0;
    if (this.opened.size === 1) atEndOfTick(() => this.tellOpened());
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

  closeAll(): void {
    for (const channel of [...this.open.values()]) this.close(channel);
  }

  /** Completes it without a ready state, where anybody listens still. */
  close(channel: TaskChannel): void {
    if (this.remove(channel)) channel.complete();
  }

  private remove(channel: TaskChannel): boolean {
    if (!channel.isOpen) return false;
    channel.isOpen = false;
    this.open.delete(channel.key);
    if (!this.opened.delete(channel) && this.left.push(channel) === 1) this.tellLeftSoon();
    return true;
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
    this.left$.next(this.reopened ? left.filter(({ key }) => !this.open.has(key)) : left);
    this.reopened = this.left.length > 0;
    this.toldLeft = this.options.scheduler.now();
    if (this.reopened) this.tellLeftSoon();
  }

  private isOpening({ key }: TaskChannel): boolean {
    const channel = this.open.get(key);
    return channel !== undefined && this.opened.has(channel);
  }
}
