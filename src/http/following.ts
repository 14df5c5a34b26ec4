/**
 * From the consumer into an outbox: the states of every task that a reader has not been told
 * the ready state of.
 *
 * @since 0.1.0
 */
import { Subscription } from 'rxjs';
import type { TaskResults } from '../consumer/taskResults.js';
import { ResultCancelled, type ResultStoreError } from '../errors/errors.js';
import { atEndOfTick } from '../operation/endOfTick.js';
import { isReady } from '../states.js';
import type { Members } from './members.js';
import type { Outbox } from './outbox.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What is watched: a backend's consumer. */
export interface Watched {
  readonly consumeFrom: (taskId: string) => TaskResults;
  readonly isStopped: boolean;
}

export interface Listener {
  /** There is something in the outbox. */
  readonly news: () => void;
  /** This server can tell no more; another one may. */
  readonly cut: () => void;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const following = (
  consumer: Watched,
  { ids }: Members,
  outbox: Outbox,
  { news, cut }: Listener,
): Subscription => {
  const all = new Subscription();
  const follow = (at: number): void => {
    const taskId = ids[at] ?? '';
    let isSettled = false;
    const fail = (error: ResultStoreError): void => {
      if (isPassing(error)) {
        cut();
      } else {
        outbox.fail(at, error);
        news();
      }
    };
    let hasRoom = true;
    let each: Subscription | undefined;
    each = consumer.consumeFrom(taskId).subscribe({
      next: (meta) => {
        isSettled ||= isReady(meta.status);
        hasRoom = outbox.put(at, meta);
        if (hasRoom) news();
        else each?.unsubscribe();
      },
      error: fail,
      complete: () => {
        if (isSettled) return;
        // stopped, it says nothing of the task
        if (consumer.isStopped) cut();
        else fail(new ResultCancelled(taskId));
      },
    });
    // told at once that there is no room, it was not known yet
    if (hasRoom) all.add(each);
    else each.unsubscribe();
  };
  outbox.followsBy((at) =>
    atEndOfTick(() => {
      if (!all.closed) follow(at);
    }),
  );
  for (const at of outbox.unsettled()) follow(at);
  return all;
};

/** What is wrong with the way to the store, and so with no task. */
const PASSING: ReadonlySet<ResultStoreError['_tag']> = new Set([
  'Closed',
  'CommandTimeout',
  'ConnectionError',
  'OfflineQueueFull',
  'RetryLimitExceeded',
  'Unavailable',
]);

/** @internal */
export const isPassing = ({ _tag }: ResultStoreError): boolean => PASSING.has(_tag);
