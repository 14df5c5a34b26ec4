/**
 * Revoking: what workers are told, and what they say of it.
 * Source: `Control.revoke` in `celery/app/control.py`.
 *
 * @since 0.1.0
 */
import type { Observable } from 'rxjs';
import type { ControlOptions, Tell, WorkerReply } from './control.js';

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

export const revoking = (
  tell: Tell,
  method: string,
  what: Readonly<Record<string, unknown>>,
  { terminate = false, signal = 'SIGTERM', ...options }: RevokeOptions = {},
): Observable<Revocation> =>
  tell(method, { ...what, terminate, signal }, options) as Observable<Revocation>;
