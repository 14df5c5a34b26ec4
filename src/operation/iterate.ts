/**
 * A stream as an async iterable, for `for await`.
 *
 * @since 0.1.0
 */
import type { Observable } from 'rxjs';
import { untilAborted, type WaitOptions } from './abort.js';
import { Latest } from './latest.js';

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * The latest value of `source` each time the loop asks, and always its last one. It is
 * subscribed to by the first `next`, and unsubscribed from when the loop is left: by
 * `break`, `return` or a throw. What the source fails with is thrown in the loop; so is
 * `Aborted`, where the `signal` aborts.
 *
 * ```text
 * source   --a--b--c------d|
 * asks     ^-!-------^-^
 * result   --a-------c----d|
 * ```
 *
 * @example
 * import { operation, RedisBackend } from 'chordis'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * const { meta$ } = backend.asyncResult('4f1b')
 * await backend.markAsDone('4f1b', 5)()
 *
 * const { signal } = new AbortController()
 * for await (const meta of operation.iterate(meta$, { signal })) console.log(meta.status)
 * // => SUCCESS
 *
 * await backend.close()()
 *
 * @category conversions
 * @since 0.1.0
 */
export const iterate = <A>(
  source: Observable<A>,
  { signal }: WaitOptions = {},
): AsyncIterableIterator<A> => new Latest(source.pipe(untilAborted(signal)));
