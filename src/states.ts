/**
 * Celery's task states, the sets they fall into, and their precedence.
 * Source: `celery/states.py`.
 *
 * @since 0.1.0
 */

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A state is open-ended: tasks may invent their own, such as `PROGRESS`.
 *
 * @category model
 * @since 0.1.0
 */
export type State = string;

/** @category model @since 0.1.0 */
export const PENDING = 'PENDING';
/** @category model @since 0.1.0 */
export const RECEIVED = 'RECEIVED';
/** @category model @since 0.1.0 */
export const STARTED = 'STARTED';
/** @category model @since 0.1.0 */
export const SUCCESS = 'SUCCESS';
/** @category model @since 0.1.0 */
export const FAILURE = 'FAILURE';
/** @category model @since 0.1.0 */
export const REVOKED = 'REVOKED';
/** @category model @since 0.1.0 */
export const REJECTED = 'REJECTED';
/** @category model @since 0.1.0 */
export const RETRY = 'RETRY';
/** @category model @since 0.1.0 */
export const IGNORED = 'IGNORED';

/**
 * The states after which nothing more happens. IGNORED and REJECTED are not among
 * them, as in Celery: waiting for such a task ends by its deadline.
 *
 * @category model
 * @since 0.1.0
 */
export const READY_STATES: ReadonlySet<State> = new Set([SUCCESS, FAILURE, REVOKED]);

/** @category model @since 0.1.0 */
export const UNREADY_STATES: ReadonlySet<State> = new Set([
  PENDING,
  RECEIVED,
  STARTED,
  REJECTED,
  RETRY,
]);

/**
 * The states whose result is an exception.
 *
 * @category model
 * @since 0.1.0
 */
export const EXCEPTION_STATES: ReadonlySet<State> = new Set([RETRY, FAILURE, REVOKED]);

/**
 * The states whose exception `get` raises.
 *
 * @category model
 * @since 0.1.0
 */
export const PROPAGATE_STATES: ReadonlySet<State> = new Set([FAILURE, REVOKED]);
