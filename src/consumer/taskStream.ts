/**
 * A `TaskResults` as its consumer makes it: a way to the task's channel, which is there once
 * somebody listens.
 *
 * @since 0.1.0
 */
import { Observable, type Subscriber, type Subscription, type TeardownLogic } from 'rxjs';
import { iterate } from '../operation/iterate.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import { type Handlers, Listener } from './listener.js';
import type { Registry } from './registry.js';
import type { TaskResults } from './taskResults.js';

/** RxJS calls this on the stream that an operator subscribes to. */
function subscribe(this: Observable<TaskMeta>, subscriber: Subscriber<TaskMeta>): TeardownLogic {
  if (!(this instanceof TaskStream)) return;
  const channel = this.registry.channel(this.key);
  channel.add(subscriber);
  return () => channel.remove(subscriber);
}

export class TaskStream extends Observable<TaskMeta> implements TaskResults {
  constructor(
    readonly key: string,
    readonly registry: Pick<Registry, 'channel'>,
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
    const channel = this.registry.channel(this.key);
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
}

/** What RxJS lets in as it is, where several copies of it are loaded too: it sees to its own end. */
const isOwned = (observer: unknown): observer is Subscriber<TaskMeta> =>
  typeof observer === 'object' && observer !== null && 'unsubscribe' in observer;
