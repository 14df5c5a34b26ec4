/**
 * Who may watch what. It is asked before anything is looked up, so that without permission
 * nothing is told, not even whether a task or a group exists.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { chain, type Run, settled } from '../operation/run.js';
import { type Effect, fromEffect } from '../store/ensure.js';
import type { AskedIds } from './asked.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Whether all that was asked for may be watched; with `expires`, until then: the stream ends
 * there, and is asked about anew when its reader comes back.
 *
 * @category model
 * @since 0.1.0
 */
export type Permission = boolean | { readonly expires: Date };

/**
 * Says so for a request that asks for `tasks` and `groups`; at once, or by a promise or an
 * `Operation`. What it throws or fails with is a 500, and tells nothing.
 *
 * @category model
 * @since 0.1.0
 */
export type Authorize = (request: Request, asked: AskedIds) => Effect<Permission>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Until when, in milliseconds since 1970; `Infinity` where there is no end, 0 where it may not. */
export const permittedUntil = (
  authorize: Authorize,
  request: Request,
  { tasks, groups }: AskedIds,
): Run<number> =>
  chain((permission: Permission) => settled<number>(E.right(endOf(permission))))(
    fromEffect(() => authorize(request, { tasks, groups })),
  );

/** What is neither `true` nor a date allows nothing, whatever it is. */
const endOf = (permission: Permission): number => {
  if (permission === true) return Number.POSITIVE_INFINITY;
  const expires = typeof permission === 'object' ? permission?.expires : undefined;
  return expires instanceof Date && !Number.isNaN(expires.getTime()) ? expires.getTime() : 0;
};
