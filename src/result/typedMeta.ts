/**
 * `TypedMeta`: a task's meta that its status tells the type of.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { concatMap } from 'rxjs';
import { type TaskResults, taskResults } from '../consumer/taskResults.js';
import type { TaskException } from '../errors/taskException.js';
import { fromRun } from '../operation/operation.js';
import { map, type Run, settled } from '../operation/run.js';
import {
  FAILURE,
  IGNORED,
  type KnownState,
  PENDING,
  RECEIVED,
  REJECTED,
  RETRY,
  REVOKED,
  type ReadyState,
  STARTED,
  type State,
  SUCCESS,
} from '../states.js';
import { withResult } from '../wire/meta.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import { type Codecs, decodeWith } from './codec.js';
import { exceptionOf } from './outcome.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A meta in one of the states `S`, with a result of the type `R`.
 *
 * @category model
 * @since 0.1.0
 */
export interface MetaIn<S extends State, R> extends TaskMeta {
  readonly status: S;
  readonly result: R;
}

/**
 * A state of a task's own other than `PROGRESS`. No text is of this type, so that
 * `switch (meta.status)` narrows, and a known state that is misspelled does not compile; to
 * look for one of your own, compare it as a `string`.
 *
 * @category model
 * @since 0.1.0
 */
export type OwnState = Own;

/** There is no such value: of all strings, only members of an enum are told from a literal. */
declare enum Own {
  State = "a state of a task's own",
}

/**
 * A meta of a task whose result is an `A`, and whose own states carry a `P`.
 *
 * @example
 * import * as t from 'io-ts'
 * import { RedisBackend } from 'chordis'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * const codecs = { result: t.number, progress: t.type({ done: t.number }) }
 * await backend.storeResult('4f1b', { done: 3 }, 'PROGRESS')()
 *
 * for await (const meta of backend.asyncResult('4f1b', codecs).meta$) {
 *   if (meta.status === 'PROGRESS') {
 *     console.log(`${meta.result.done} done`) // => 3 done
 *     await backend.markAsDone('4f1b', 5)()
 *   }
 *   if (meta.status === 'SUCCESS') console.log(meta.result.toFixed(1)) // => 5.0
 *   if (meta.status === 'FAILURE') console.log(meta.result.repr)
 * }
 * await backend.close()()
 *
 * @category model
 * @since 0.1.0
 */
export type TypedMeta<A, P = unknown> =
  | ReadyMeta<A>
  | MetaIn<'RETRY', TaskException | null>
  | MetaIn<Exclude<KnownState, ReadyState | 'RETRY'>, unknown>
  | MetaIn<'PROGRESS' | OwnState, P>;

/**
 * A meta of a task that is ready: with its value, or with the exception that it ended with.
 *
 * @category model
 * @since 0.1.0
 */
export type ReadyMeta<A> =
  | MetaIn<'SUCCESS', A>
  | MetaIn<Exclude<ReadyState, 'SUCCESS'>, TaskException>;

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * `meta` as its codecs read it; what one of them refuses is an `InvalidResult`.
 *
 * @internal
 */
export const typedMeta =
  <A, P>({ result, progress }: Codecs<A, P>) =>
  (meta: TaskMeta): Run<TypedMeta<A, P>> => {
    const { taskId, status } = meta;
    const having = (read: unknown): TypedMeta<A, P> => withResult(meta, read) as TypedMeta<A, P>;
    switch (status) {
      case SUCCESS:
        return pipe(decodeWith(result)(taskId, meta.result), map(having));
      case FAILURE:
      case REVOKED:
        return settled(E.right(having(exceptionOf(meta))));
      case RETRY:
        return settled(E.right(having(meta.result === null ? null : exceptionOf(meta))));
      case PENDING:
      case RECEIVED:
      case STARTED:
      case REJECTED:
      case IGNORED:
        return settled(E.right(having(meta.result)));
      default:
        return pipe(decodeWith(progress)(taskId, meta.result), map(having));
    }
  };

/**
 * The stream of a task, each meta as its codecs read it: in order, though a schema takes its time.
 *
 * @internal
 */
export const typedResults = <A, P>(
  metas: TaskResults,
  codecs: Codecs<A, P>,
): TaskResults<TypedMeta<A, P>> =>
  taskResults(metas.key, metas.pipe(concatMap((meta) => fromRun(typedMeta(codecs)(meta)))));
