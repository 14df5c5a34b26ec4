/**
 * Revoking: what workers are told, and what they say of it.
 * Source: `Control.revoke` in `celery/app/control.py`.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import { InvalidArgument } from '../errors/errors.js';
import { isOptions, notOptions } from '../result/waiting.js';
import { dict } from '../wire/dict.js';
import { areTexts, type ControlOptions, type Tell, type WorkerReply } from './control.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * How tasks are revoked.
 *
 * @category model
 * @since 0.1.0
 */
export interface RevokeOptions extends ControlOptions {
  /** Also kill the process that runs a task now. Default `false`. */
  readonly terminate?: boolean;
  /** By which signal. Default `SIGTERM`. */
  readonly signal?: string;
}

/**
 * That a worker has heard it: `ok` with what it says, or `error`.
 *
 * @category model
 * @since 0.1.0
 */
export type Revocation = WorkerReply<{ readonly ok: unknown } | { readonly error: unknown }>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

const revoking = (
  tell: Tell,
  method: string,
  what: Readonly<Record<string, unknown>>,
  given: RevokeOptions = {},
): Rx.Observable<Revocation> => {
  if (!isOptions(given)) return Rx.throwError(() => notOptions);
  const { terminate = false, signal = 'SIGTERM', ...options } = given;
  if (typeof signal !== 'string') return Rx.throwError(() => notASignal);
  const told = tell(method, { ...what, terminate: Boolean(terminate), signal }, options);
  return told as Rx.Observable<Revocation>;
};

const notASignal = new InvalidArgument('signal', 'must be the name of one, such as SIGKILL.');

/** By their ids. A worker that is told of what is none would fail over it. */
export const revokingTasks = (
  tell: Tell,
  taskIds: string | ReadonlyArray<string>,
  options?: RevokeOptions,
): Rx.Observable<Revocation> => {
  const ids = typeof taskIds === 'string' ? [taskIds] : taskIds;
  return areTexts(ids)
    ? revoking(tell, 'revoke', { task_id: ids }, options)
    : Rx.throwError(() => new InvalidArgument('taskIds', 'must be an id, or a list of ids.'));
};

/** By their stamps. */
export const revokingStamped = (
  tell: Tell,
  headers: Readonly<Record<string, string | ReadonlyArray<string>>>,
  options?: RevokeOptions,
): Rx.Observable<Revocation> =>
  dict.is(headers)
    ? revoking(tell, 'revoke_by_stamped_headers', { headers }, options)
    : Rx.throwError(() => new InvalidArgument('headers', 'must be an object of stamps.'));
