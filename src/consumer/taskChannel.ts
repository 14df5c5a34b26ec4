/**
 * A `TaskResults` as its consumer sees it: who listens, and what they have heard.
 *
 * There may be a million of them, so each is small: a listener costs what RxJS makes of
 * it and no closure besides.
 *
 * @since 0.1.0
 */
import { isDeepStrictEqual } from 'node:util';
import { Observable, type Subscriber, type Unsubscribable } from 'rxjs';
import type { ResultStoreError } from '../errors.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import type { TaskResults } from './taskResults.js';

type Listener = Subscriber<TaskMeta>;

/** Who keeps the channels. */
export interface Host {
  /** Lets a listener in, and returns the channel that it is in: this one, or the one open already. */
  readonly enter: (channel: TaskChannel, listener: Listener) => TaskChannel | undefined;
  /** The last listener has left. */
  readonly deserted: (channel: TaskChannel) => void;
}

/** RxJS calls this on the channel that is subscribed to. */
function subscribe(this: Observable<TaskMeta>, listener: Listener): Unsubscribable | undefined {
  return this instanceof TaskChannel ? this.host.enter(this, listener) : undefined;
}

const nobody: ReadonlyArray<Listener> = [];

export class TaskChannel extends Observable<TaskMeta> implements TaskResults, Unsubscribable {
  /** It is among its host's channels, which alone say so. */
  isOpen = false;
  /** The key has been read since SUBSCRIBE went out. */
  following = false;
  /** A message has come since SUBSCRIBE went out. */
  heard = false;
  private latest: TaskMeta | undefined;
  private listeners: ReadonlyArray<Listener> = nobody;

  constructor(
    readonly key: string,
    readonly channel: string,
    readonly host: Host,
  ) {
    super(subscribe);
  }

  add(listener: Listener): void {
    this.listeners = [...this.listeners, listener];
    if (this.latest !== undefined) listener.next(this.latest);
  }

  /** What ends a listener's subscription: RxJS calls it with the listener closed already. */
  unsubscribe(): void {
    if (!this.isOpen) return;
    this.listeners = this.listeners.filter((listener) => !listener.closed);
    if (this.deserted) this.host.deserted(this);
  }

  get deserted(): boolean {
    return this.listeners.length === 0;
  }

  /** SUBSCRIBE goes out (again). */
  restart(): void {
    this.following = false;
    this.heard = false;
  }

  /** A state, unless it is the one heard last. */
  next(meta: TaskMeta): void {
    if (isDeepStrictEqual(meta, this.latest)) return;
    this.latest = meta;
    for (const listener of this.listeners) listener.next(meta);
  }

  settle(meta: TaskMeta): void {
    for (const listener of this.release()) {
      listener.next(meta);
      listener.complete();
    }
  }

  fail(error: ResultStoreError): void {
    for (const listener of this.release()) listener.error(error);
  }

  complete(): void {
    for (const listener of this.release()) listener.complete();
  }

  /** Back to the start, for a later subscriber; returns who listened. */
  release(): ReadonlyArray<Listener> {
    const { listeners } = this;
    this.listeners = nobody;
    this.latest = undefined;
    this.restart();
    return listeners;
  }
}
