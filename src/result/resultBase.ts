/**
 * What the result of a task and that of a group have in common.
 * Source: `ResultBase` in `celery/result.py`.
 *
 * @since 0.1.0
 */
import type { ResultTuple } from '../wire/resultTuple.js';

/**
 * A result by its id: an `AsyncResult` or a `GroupResult`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ResultBase {
  readonly id: string;
  /** The result that this one was called after, such as a chord's header. */
  readonly parent: ResultBase | null;
  /** The reference that a saved group or a child is stored as. */
  readonly asTuple: () => ResultTuple;
}
