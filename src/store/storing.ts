/**
 * Storing what a task has come to. Source: `_store_result` and `_set_with_state` in
 * `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import { EncodeError, type ResultStoreError, ValueTooLarge } from '../errors/errors.js';
import { chain, type Run, settled } from '../operation/run.js';
import type { Write } from '../port/commands.js';
import { FAILURE, type State, SUCCESS } from '../states.js';
import type { TaskRequest } from '../wire/request.js';
import { resultMeta } from '../wire/resultMeta.js';
import type { ResultTuple } from '../wire/resultTuple.js';
import { encodeTaskMeta } from '../wire/taskMeta.js';
import type { Foundation } from './foundation.js';
import type { Reading } from './reading.js';
import { type Stored, storeGuarded } from './storeGuarded.js';
import { withinLimit } from './valueSize.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What may come with a result.
 *
 * @category model
 * @since 0.1.0
 */
export interface StoreOptions {
  readonly traceback?: string | null;
  /** The request of the task, as its worker had it. */
  readonly request?: TaskRequest;
}

/** What one task stores of another has the children of the one that stores it. */
export interface StoringOptions extends StoreOptions {
  readonly children?: ReadonlyArray<ResultTuple>;
}

/** Stores a result over whatever is stored of the task, except a SUCCESS. */
export type Storing = (
  taskId: string,
  result: unknown,
  state: State,
  options?: StoringOptions,
) => Run<Stored>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const storing = (
  { commands, execution, keys, serializer, options }: Foundation,
  { decode, stored }: Reading,
): Storing => {
  const { resultExtended: extended, scheduler, expires, failureExpires } = options;
  const encode = encodeTaskMeta(serializer);

  const encoded = (
    result: Parameters<typeof resultMeta>[0],
  ): E.Either<EncodeError, string | Buffer> => {
    try {
      return encode(resultMeta(result));
    } catch {
      return E.left(new EncodeError('$', 'the request throws when it is looked at'));
    }
  };

  /** Celery looks at what is held before it encodes: over a SUCCESS there is no error. */
  const keptOr = (error: ResultStoreError, taskId: string): Run<Stored> => {
    const failed = settled<Stored>(E.left(error));
    if (!(error instanceof EncodeError || error instanceof ValueTooLarge)) return failed;
    return pipe(
      stored(taskId),
      chain((held) =>
        O.isSome(held) && held.value.status === SUCCESS
          ? settled<Stored>(E.right({ _tag: 'Kept' }))
          : failed,
      ),
    );
  };

  const write = ({
    taskId,
    result,
    state,
    options,
  }: ToStore): E.Either<ResultStoreError, Write> => {
    const key = keys.task(taskId);
    if (E.isLeft(key)) return key;
    const now = new Date(scheduler.now());
    const made = encoded({ taskId, result, state, ...options, extended, now });
    if (E.isLeft(made)) return made;
    const value = withinLimit(key.right, made.right);
    if (E.isLeft(value)) return value;
    // of FAILURE and of no other state
    const seconds = state === FAILURE ? (failureExpires ?? expires) : expires;
    return E.right({ key: key.right, value: value.right, expires: seconds });
  };

  const guarded = storeGuarded({
    write,
    store: (made, expected) => execution.retried(commands.store(made, expected), { isOwn: true }),
    decode: ({ key }, held, { taskId }) => decode(key, held, taskId),
    refused: (error, { taskId }) => keptOr(error, taskId),
  });

  return (taskId, result, state, options) =>
    execution.persistent('_store_result', guarded({ taskId, result, state, options }));
};

/** What is to be stored of a task. */
interface ToStore {
  readonly taskId: string;
  readonly result: unknown;
  readonly state: State;
  readonly options: StoringOptions | undefined;
}
