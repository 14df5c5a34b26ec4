/**
 * `TaskResults`: the stream of one task's states, as RxJS's `GroupedObservable`.
 *
 * @since 0.1.0
 */
import type { Observable } from 'rxjs';
import { iterate } from '../operation/iterate.js';
import type { TaskMeta } from '../wire/taskMeta.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * The states of the task `key`, ending with the ready one. Each subscriber gets the
 * latest state known, then each further one, once.
 *
 * ```text
 * stored      ----STARTED---PROGRESS----SUCCESS
 * results     ----STARTED---PROGRESS----(SUCCESS|)
 * later             ^-------PROGRESS----(SUCCESS|)    after STARTED, at once
 * ```
 *
 * It can be iterated too, by `for await`: a loop gets the latest state each time it asks, so
 * that a slow one passes states over, and always the ready one; when it is left, so is the
 * channel.
 *
 * @example
 * import { RedisBackend } from 'chordis'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * await backend.markAsDone('4f1b', 5)()
 *
 * for await (const meta of backend.resultConsumer.consumeFrom('4f1b')) console.log(meta.status)
 * // => SUCCESS
 *
 * await backend.close()()
 *
 * @category model
 * @since 0.1.0
 */
export interface TaskResults<M extends TaskMeta = TaskMeta>
  extends Observable<M>,
    AsyncIterable<M> {
  /** The task's id. */
  readonly key: string;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * A stream that was made for this, as the results of the task `key`.
 *
 * @internal
 */
export const taskResults = <M extends TaskMeta>(
  key: string,
  source: Observable<M>,
): TaskResults<M> => Object.assign(source, { key, [Symbol.asyncIterator]: () => iterate(source) });
