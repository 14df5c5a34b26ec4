/**
 * The metas of a task's life, to be stored on a timeline and expected of a stream.
 *
 * @since 0.1.0
 */
import { DateTime } from '../serialization/dateTime.js';
import { FAILURE, RETRY, REVOKED, STARTED, type State, SUCCESS } from '../states.js';
import { pythonException } from '../wire/exception.js';
import type { TaskMeta } from '../wire/meta.js';
import { resultMeta } from '../wire/resultMeta.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Where virtual time begins: a ready task was done then, whatever the frame. */
const EPOCH = DateTime.utc(new Date(0));

/**
 * A task in any state. For other members spread it: `{ ...meta('a', 'SUCCESS', 1), queue: 'q' }`.
 *
 * @example
 * import { meta } from 'chordis/testing'
 *
 * console.log(meta('add-1', 'COMPRESSING', 'a.txt').status) // => COMPRESSING
 *
 * @category constructors
 * @since 0.1.0
 */
export const meta = (taskId: string, state: State, result: unknown): TaskMeta =>
  resultMeta({ taskId, state, result, now: EPOCH });

/**
 * STARTED, as a worker stores it where `task_track_started` is set.
 *
 * @category constructors
 * @since 0.1.0
 */
export const started = (taskId: string, info: Readonly<Record<string, unknown>> = {}): TaskMeta =>
  meta(taskId, STARTED, info);

/**
 * The state PROGRESS, by custom the one of `update_state` in Celery's documentation.
 *
 * @category constructors
 * @since 0.1.0
 */
export const progress = (taskId: string, info: unknown): TaskMeta => meta(taskId, 'PROGRESS', info);

/**
 * SUCCESS with a value.
 *
 * @category constructors
 * @since 0.1.0
 */
export const success = (taskId: string, value: unknown): TaskMeta => meta(taskId, SUCCESS, value);

/**
 * A task that raised the built-in `excType(*args)`; for an exception from elsewhere use
 * `meta` with a `pythonException`.
 *
 * @example
 * import { failure } from 'chordis/testing'
 *
 * console.log(failure('add-1', 'ValueError', ['bad input']).status) // => FAILURE
 *
 * @category constructors
 * @since 0.1.0
 */
export const failure = (
  taskId: string,
  excType: string,
  args: ReadonlyArray<unknown> = [],
): TaskMeta => meta(taskId, FAILURE, pythonException(excType, args));

/**
 * A task that will be tried again because of `excType(*args)`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const retry = (
  taskId: string,
  excType: string,
  args: ReadonlyArray<unknown> = [],
): TaskMeta => meta(taskId, RETRY, pythonException(excType, args));

/**
 * REVOKED with a `TaskRevokedError` that tells the reason.
 *
 * @category constructors
 * @since 0.1.0
 */
export const revoked = (taskId: string, reason = 'terminated'): TaskMeta =>
  meta(taskId, REVOKED, pythonException('TaskRevokedError', [reason], 'celery.exceptions'));
