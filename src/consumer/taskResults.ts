/**
 * `TaskResults`: the stream of one task's states, as RxJS's `GroupedObservable`.
 *
 * @since 0.1.0
 */
import type { Observable } from 'rxjs';
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
 * @category model
 * @since 0.1.0
 */
export interface TaskResults extends Observable<TaskMeta> {
  /** The task's id. */
  readonly key: string;
}
