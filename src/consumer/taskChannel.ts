/**
 * A `TaskResults` as its consumer sees it: who listens, and what they have heard.
 *
 * There may be a million of them, so each is small: it has no closure, and a
 * listener of its own making.
 *
 * @since 0.1.0
 */
import { isDeepStrictEqual } from 'node:util';
import {
  Observable,
  type Observer,
  Subscriber,
  type Subscription,
  type Unsubscribable,
} from 'rxjs';
import type { ResultStoreError } from '../errors.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import { type Handlers, Listener } from './listener.js';
import type { TaskResults } from './taskResults.js';

/** An observer that can be gone already: a `Listener`, or an operator's Subscriber. */
type Listening = Observer<TaskMeta> & Pick<Subscription, 'closed'>;

/** Who keeps the channels. */
export interface Host {
  /** The channel of this one's task: one that is open already, or this one. */
  readonly current: (channel: TaskChannel) => TaskChannel;
  /** The first listener has come. */
  readonly open: (channel: TaskChannel) => void;
  /** The last listener has left. */
  readonly deserted: (channel: TaskChannel) => void;
}

/** RxJS calls this on the channel that an operator subscribes to. */
function subscribe(
  this: Observable<TaskMeta>,
  subscriber: Subscriber<TaskMeta>,
): Unsubscribable | undefined {
  return this instanceof TaskChannel ? this.host.current(this).add(subscriber) : undefined;
}

const nobody: ReadonlyArray<Listening> = [];

export class TaskChannel extends Observable<TaskMeta> implements TaskResults, Unsubscribable {
  /** It is among its host's channels, which alone say so. */
  isOpen = false;
  /** The key has been read since SUBSCRIBE went out. */
  following = false;
  /** A message has come since SUBSCRIBE went out. */
  heard = false;
  private latest: TaskMeta | undefined;
  private first: Listening | undefined;
  private others: ReadonlyArray<Listening> = nobody;

  constructor(
    readonly key: string,
    readonly host: Host,
  ) {
    super(subscribe);
  }

  /** An operator's Subscriber listens as it is; for anything else there is a lighter one than RxJS's. */
  override subscribe(
    observer?: Handlers | Handlers['next'],
    error?: Handlers['error'],
    complete?: Handlers['complete'],
  ): Subscription {
    if (observer instanceof Subscriber) return super.subscribe(observer);
    const channel = this.host.current(this);
    const handlers =
      typeof observer === 'object' && observer !== null
        ? observer
        : { next: observer, error, complete };
    const listener = new Listener(handlers, channel);
    channel.add(listener);
    return listener;
  }

  add(listener: Listening): TaskChannel {
    if (this.first === undefined) this.first = listener;
    else this.others = [...this.others, listener];
    if (this.latest !== undefined) listener.next(this.latest);
    if (!this.isOpen) this.host.open(this);
    return this;
  }

  /** Most tasks have one listener, which is kept without an array. */
  private get listeners(): ReadonlyArray<Listening> {
    return this.first === undefined ? nobody : [this.first, ...this.others];
  }

  private set listeners(all: ReadonlyArray<Listening>) {
    this.first = all[0];
    this.others = all.length > 1 ? all.slice(1) : nobody;
  }

  /** What ends a listener's subscription: RxJS calls it with the listener closed already. */
  unsubscribe(): void {
    if (!this.isOpen) return;
    this.listeners = this.listeners.filter((listener) => !listener.closed);
    if (this.deserted) this.host.deserted(this);
  }

  get deserted(): boolean {
    return this.first === undefined;
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
  release(): ReadonlyArray<Listening> {
    const { listeners } = this;
    this.listeners = nobody;
    this.latest = undefined;
    this.restart();
    return listeners;
  }
}
