/**
 * The channels that are open, and what has become of them since it was told last. Those
 * opened are told at the end of the tick. Those left are in no hurry: they are told with
 * the next timer, and a channel that was opened again meanwhile is not among them.
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

export class Channels {
  /** The channels opened in a tick. */
  readonly opened$ = new Rx.Subject<ReadonlyArray<TaskChannel>>();
  /** The names of channels left. */
  readonly left$ = new Rx.Subject<ReadonlyArray<string>>();

  private readonly open = new Map<string, TaskChannel>();
  private opened = new Set<TaskChannel>();
  private left: Array<string> = [];

  // ---------------------------------------------------------------------------------
  // which are open
  // ---------------------------------------------------------------------------------

  get isEmpty(): boolean {
    return this.open.size === 0;
  }

  get(name: string): TaskChannel | undefined {
    return this.open.get(name);
  }

  /** Every open channel, for a new link, on which nothing has been joined or left. */
  takeAll(): ReadonlyArray<TaskChannel> {
    this.opened.clear();
    this.left = [];
    return [...this.open.values()];
  }

  // ---------------------------------------------------------------------------------
  // opening, and the ways to end
  // ---------------------------------------------------------------------------------

  add(channel: TaskChannel): void {
    channel.isOpen = true;
    this.open.set(channel.channel, channel);
    this.opened.add(channel);
    if (this.opened.size === 1) Rx.asapScheduler.schedule(() => this.tellOpened());
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
    if (!channel.isOpen) return false;
    channel.isOpen = false;
    this.open.delete(channel.channel);
    if (!this.opened.delete(channel) && this.left.push(channel.channel) === 1) {
      Rx.asyncScheduler.schedule(() => this.tellLeft());
    }
    return true;
  }

  private tellOpened(): void {
    const opened = [...this.opened];
    this.opened.clear();
    this.opened$.next(opened);
  }

  private tellLeft(): void {
    const left = this.left.filter((name) => !this.open.has(name));
    this.left = [];
    this.left$.next(left);
  }
}
