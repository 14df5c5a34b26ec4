/**
 * The ready metas of many tasks, pushed.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import type { ResultConsumer } from '../consumer/resultConsumer.js';
import { fromUnknown, type ResultStoreError } from '../errors/errors.js';
import { fromRun } from '../operation/operation.js';
import type { Run } from '../operation/run.js';
import { isReady } from '../states.js';
import type { TaskMeta } from '../wire/meta.js';
import { endOf } from './outcome.js';

/** A task's, or what ended its stream without one. */
export type ReadyMeta = readonly [id: string, result: E.Either<ResultStoreError, TaskMeta>];

export const readyMetas = (
  consumer: ResultConsumer,
  taskIds: Iterable<string>,
  typed?: (meta: TaskMeta) => Run<TaskMeta>,
): Rx.Observable<ReadyMeta> =>
  Rx.defer(() => new Set(taskIds)).pipe(
    Rx.mergeMap((id) =>
      consumer.consumeFrom(id).pipe(
        Rx.filter((meta) => isReady(meta.status)),
        Rx.throwIfEmpty(() => endOf(id, consumer)),
        Rx.concatMap((meta) => (typed === undefined ? [meta] : fromRun(typed(meta)))),
        Rx.map((meta) => [id, E.right(meta)] as const),
        Rx.catchError((error) => Rx.of([id, E.left(fromUnknown(error))] as const)),
      ),
    ),
  );
