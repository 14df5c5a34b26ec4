/**
 * `joinSettled`: what each of many results came to, failures too.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Operation } from '../operation/operation.js';
import { collected } from './collected.js';
import { type Joinable, type ResultGroup, resultsOf, type Settled } from './members.js';
import type { GroupWaitOptions } from './waiting.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * What each of `results` came to, in their order, once all have ended: its value, or why it has
 * none. No failure discards what the others came to, and once the time is over those that
 * are missing are `ResultTimeout`s. Itself it fails for an `Aborted` alone, or for an option
 * that cannot work.
 *
 * ```text
 * a           ----1
 * b           --x
 * joinSettled ----([Right 1, Left TaskFailed]|)
 * ```
 *
 * @example
 * import * as E from 'fp-ts/lib/Either.js'
 * import { joinSettled, RedisBackend } from 'chordis'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * await backend.markAsDone('a', 1)()
 * await backend.markAsFailure('b', new RangeError('too far'))()
 *
 * const outcomes = await joinSettled([backend.asyncResult('a'), backend.asyncResult('b')])()
 * if (E.isRight(outcomes)) console.log(outcomes.right.map((outcome) => outcome._tag))
 * // => [ 'Right', 'Left' ]
 * await backend.close()()
 *
 * @category constructors
 * @since 0.1.0
 */
export function joinSettled<const Results extends ReadonlyArray<Joinable>>(
  results: Results | ResultGroup<Results>,
  options?: GroupWaitOptions,
): Operation<Settled<Results>>;
export function joinSettled(
  results: ReadonlyArray<Joinable> | ResultGroup,
  options: GroupWaitOptions = {},
): Operation<ReadonlyArray<unknown>> {
  return collected(resultsOf(results), options, { propagate: true, each: E.right });
}
