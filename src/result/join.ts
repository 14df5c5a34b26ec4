/**
 * `join`: the values of many results, once all are there.
 * Source: `ResultSet.join` in `celery/result.py`, and the join of a chord's header in
 * `celery/backends/redis.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { ChordError, type ResultStoreError, TaskFailed } from '../errors/errors.js';
import type { TaskException } from '../errors/taskException.js';
import type { Operation } from '../operation/operation.js';
import { settled } from '../operation/run.js';
import { type Effect, fromEffect } from '../store/ensure.js';
import { collected } from './collected.js';
import { type Joinable, type Joined, type ResultGroup, resultsOf } from './members.js';
import type { GroupWaitOptions } from './waiting.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * How to join results.
 *
 * @category model
 * @since 0.1.0
 */
export interface JoinOptions extends GroupWaitOptions {
  /**
   * Called where a member has failed, with the ids of those that are not ready, such as with
   * a function that revokes them. The join fails once what it returns is done, and with
   * the member's failure, whatever comes of that.
   */
  readonly cancelSiblings?: ((taskIds: ReadonlyArray<string>) => Effect<unknown>) | undefined;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * The values of `results` in their order, once all are there; those of a nested group are an
 * array in its place, and a tuple of typed results gives a typed tuple. All members are
 * watched over the consumer's one link, and subscribed to together.
 *
 * ```text
 * a           ----1
 * b           --2
 * c           -------3
 * join        -------([1,2,3]|)
 *
 * a           ----1
 * b           --x
 * join        --#                  ChordError: Dependency b raised ValueError('x')
 * ```
 *
 * Fails, and has left every channel by then, with the first member that fails or is revoked:
 * a `ChordError` as Celery words it, whose `cause` is the member's `TaskFailed`; unless
 * `propagate` is `false`: then its exception is its value. Also fails with `ResultTimeout`, which
 * names the first member that is missing, with `Aborted`, and with whatever ends the stream
 * of a member.
 *
 * @example
 * import * as t from 'io-ts'
 * import { join, RedisBackend } from 'chordis'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * await backend.markAsDone('name', 'cat')()
 * await backend.markAsDone('size', 64)()
 *
 * const both = join([backend.asyncResult('size', t.number), backend.asyncResult('name', t.string)])
 * const joined = await both()
 * if (joined._tag === 'Right') {
 *   const [size, name] = joined.right
 *   console.log(name.padEnd(5, '-'), size + 1) // => cat-- 65
 * }
 * await backend.close()()
 *
 * @category constructors
 * @since 0.1.0
 */
export function join<const Results extends ReadonlyArray<Joinable>>(
  results: Results | ResultGroup<Results>,
  options?: JoinOptions & { readonly propagate?: true },
): Operation<Joined<Results>>;
export function join<const Results extends ReadonlyArray<Joinable>>(
  results: Results | ResultGroup<Results>,
  options: JoinOptions & { readonly propagate: false },
): Operation<Joined<Results, TaskException>>;
export function join(
  results: ReadonlyArray<Joinable> | ResultGroup,
  options?: JoinOptions & { readonly propagate?: boolean },
): unknown {
  return joined(resultsOf(results), options);
}

/** @internal `join` without its types. */
export const joined = (
  results: ReadonlyArray<Joinable>,
  options: JoinOptions & { readonly propagate?: boolean } = {},
): Operation<unknown> => {
  // null is for the wait to refuse
  const { propagate = true, cancelSiblings } = options ?? {};
  return collected(results, options, {
    propagate,
    each: E.mapLeft(asDependency),
    ...(cancelSiblings && {
      failing: (error, missing) =>
        error instanceof ChordError
          ? fromEffect(() => cancelSiblings(missing))
          : settled(E.right(undefined)),
    }),
  });
};

const asDependency = (error: ResultStoreError): ResultStoreError =>
  error instanceof TaskFailed
    ? new ChordError(`Dependency ${error.taskId} raised ${error.exception.repr}`, error)
    : error;
