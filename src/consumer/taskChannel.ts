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
  type Subscriber,
  type Subscription,
  type TeardownLogic,
} from 'rxjs';
import type { ResultStoreError } from '../errors/errors.js';
import { isolated } from '../operation/isolated.js';
import { iterate } from '../operation/iterate.js';
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
function subscribe(this: Observable<TaskMeta>, subscriber: Subscriber<TaskMeta>): TeardownLogic {
  if (!(this instanceof TaskChannel)) return;
  const channel = this.host.current(this);
  channel.add(subscriber);
  return () => channel.remove(subscriber);
}

export class TaskChannel extends Observable<TaskMeta> implements TaskResults {
  /** It is among its host's channels, which alone say so. */
  isOpen = false;
  /** The key has been read since SUBSCRIBE went out. */
  following = false;
  /** A message has come since SUBSCRIBE went out. */
  heard = false;
  private latest: TaskMeta | undefined;
  /** Most tasks have one listener, which is kept without a set. */
  private first: Listening | undefined;
  private others: Set<Listening> | undefined;

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
    if (isOwned(observer)) return super.subscribe(observer);
    const channel = this.host.current(this);
    const handlers =
      typeof observer === 'object' && observer !== null
        ? observer
        : { next: observer, error, complete };
    const listener = new Listener(handlers, channel);
    channel.add(listener);
    return listener;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<TaskMeta> {
    return iterate(this);
  }

  add(listener: Listening): void {
    if (this.isDeserted) this.first = listener;
    else this.others = (this.others ?? new Set()).add(listener);
    if (!this.isOpen) this.host.open(this);
    else if (this.latest !== undefined) listener.next(this.latest);
  }

  remove(listener: Listening): void {
    if (!this.isOpen) return;
    if (this.first === listener) this.first = undefined;
    else this.others?.delete(listener);
    if (this.isDeserted) this.host.deserted(this);
  }

  get isDeserted(): boolean {
    return this.first === undefined && !this.others?.size;
  }

  /** SUBSCRIBE goes out (again). */
  restart(): void {
    this.following = false;
    this.heard = false;
  }

  /** A state, unless it is the one heard last; whether it was another. */
  next(meta: TaskMeta): boolean {
    if (isSame(meta, this.latest)) return false;
    this.latest = meta;
    tell(this.listeners, (listener) => listener.next(meta));
    return true;
  }

  settle(meta: TaskMeta): void {
    tell(this.release(), (listener) => {
      listener.next(meta);
      listener.complete();
    });
  }

  fail(error: ResultStoreError): void {
    tell(this.release(), (listener) => listener.error(error));
  }

  complete(): void {
    tell(this.release(), (listener) => listener.complete());
  }

  /** Those of now: who comes while they are told is not among them. */
  private get listeners(): ReadonlyArray<Listening> {
    const { first, others = nobody } = this;
    return first === undefined ? [...others] : [first, ...others];
  }

  /** Back to the start, for a later subscriber; returns who listened. */
  private release(): ReadonlyArray<Listening> {
    const { listeners } = this;
    this.first = undefined;
    this.others = undefined;
    this.latest = undefined;
    this.restart();
    return listeners;
  }
}

/** What is nested too deeply to be compared is taken for another. */
const isSame = (one: TaskMeta, other: TaskMeta | undefined): boolean => {
  try {
    return isDeepStrictEqual(one, other);
  } catch {
    return false;
  }
};

const nobody: ReadonlyArray<Listening> = [];

/** A listener's teardowns may throw. */
const tell = (listeners: ReadonlyArray<Listening>, call: (listener: Listening) => void): void => {
  for (const listener of listeners) isolated(() => call(listener));
};

/** What RxJS lets in as it is, where several copies of it are loaded too: it sees to its own end. */
const isOwned = (observer: unknown): observer is Subscriber<TaskMeta> =>
  typeof observer === 'object' && observer !== null && 'unsubscribe' in observer;
