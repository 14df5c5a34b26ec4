/**
 * `ChordOutcome`: what became of a part that was returned to its chord.
 *
 * @since 0.1.0
 */
import type { ChordError } from '../errors/errors.js';
import type { Run } from '../operation/run.js';
import type { State } from '../states.js';
import type { TaskRequest } from '../wire/request.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * - `NotInChord`: the request belongs to no group; nothing was written;
 * - `Waiting`: the part counts, and the chord waits for others; `total` is null while its
 *   size is not known;
 * - `Redelivered`: the part had been counted before, or the chord is over;
 * - `Claimed`: the chord is complete, and another worker is at it;
 * - `Dispatched`: the body was sent;
 * - `Failed`: the body was marked as failed, with `error`.
 *
 * @category model
 * @since 0.1.0
 */
export type ChordOutcome =
  | { readonly _tag: 'NotInChord' }
  | { readonly _tag: 'Waiting'; readonly ready: number; readonly total: number | null }
  | { readonly _tag: 'Redelivered' }
  | { readonly _tag: 'Claimed' }
  | { readonly _tag: 'Dispatched'; readonly bodyId: string }
  | { readonly _tag: 'Failed'; readonly error: ChordError };

/** How a part is returned to its chord. */
export type ReturnPart = (request: TaskRequest, state: State, result: unknown) => Run<ChordOutcome>;
