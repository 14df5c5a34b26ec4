/**
 * The store as the servers of a fleet see it, without time: what is stored is told in the next
 * microtask to whom it concerns. It keeps the promises of a `ResultConsumer`, and no others.
 */
import * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import { taskResults } from '../../src/consumer/taskResults.js';
import type { EventsBackend } from '../../src/http/index.js';
import * as operation from '../../src/operation/operation.js';
import { isReady } from '../../src/states.js';
import { pendingMeta, type TaskMeta } from '../../src/wire/meta.js';
import type { ResultTuple } from '../../src/wire/resultTuple.js';

export class SharedStore {
  private readonly metas = new Map<string, TaskMeta>();
  private readonly stored$ = new Rx.Subject<TaskMeta>();
  readonly groups = new Map<string, ResultTuple>();

  /** Whether it took effect: nothing replaces a ready state. */
  store(meta: TaskMeta): boolean {
    if (isReady(this.metas.get(meta.taskId)?.status ?? '')) return false;
    this.metas.set(meta.taskId, meta);
    this.stored$.next(meta);
    return true;
  }

  /** A server over it, and how it is stopped. */
  server(): { readonly backend: EventsBackend; readonly stop: () => void } {
    const stopped = new Rx.Subject<void>();
    let isStopped = false;
    const consumeFrom = (taskId: string) =>
      taskResults(
        taskId,
        Rx.defer(() => {
          const now = this.metas.get(taskId);
          return Rx.concat(
            now === undefined ? Rx.EMPTY : Rx.of(now),
            now !== undefined && isReady(now.status)
              ? Rx.EMPTY
              : this.stored$.pipe(Rx.filter((meta) => meta.taskId === taskId)),
          );
        }).pipe(
          Rx.observeOn(Rx.asapScheduler),
          Rx.takeWhile(({ status }) => !isReady(status), true),
          Rx.takeUntil(stopped),
        ),
      );
    return {
      backend: {
        resultConsumer: {
          consumeFrom,
          get isStopped() {
            return isStopped;
          },
        },
        getTaskMeta: (taskId) => operation.of(this.metas.get(taskId) ?? pendingMeta(taskId)),
        restoreGroup: (groupId) => operation.of(O.fromNullable(this.groups.get(groupId))),
        scheduler: Rx.asyncScheduler,
      },
      stop: () => {
        isStopped = true;
        stopped.next();
      },
    };
  }
}
