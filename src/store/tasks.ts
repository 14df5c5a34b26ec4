/**
 * What is stored of tasks. Source: `BaseKeyValueStoreBackend` and `Backend`
 * in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import { pipe } from 'fp-ts/lib/function.js';
import type { Operation } from '../operation/operation.js';
import { map } from '../operation/run.js';
import type { State } from '../states.js';
import { remove } from './byKey.js';
import type { Foundation } from './foundation.js';
import { type Reading, reading } from './reading.js';
import type { Stored } from './storeGuarded.js';
import { type StoreOptions, type Storing, storing } from './storing.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Tasks extends Reading {
  /** `store`, for what is more than that in one operation. */
  readonly storing: Storing;
  readonly store: (
    taskId: string,
    result: unknown,
    state: State,
    options?: StoreOptions,
  ) => Operation<Stored>;
  /** `then` is called once it is forgotten. */
  readonly forget: (taskId: string, then: () => void) => Operation<void>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const tasks = (foundation: Foundation): Tasks => {
  const { execution, keys } = foundation;
  const read = reading(foundation);
  const storingOne = storing(foundation, read);
  return {
    ...read,
    storing: storingOne,
    store: (taskId, result, state, options) =>
      execution.operation(() => storingOne(taskId, result, state, options)),
    forget: (taskId, then) =>
      execution.operation(() =>
        pipe(execution.persistent('_forget', remove(foundation, keys.task(taskId))), map(then)),
      ),
  };
};
