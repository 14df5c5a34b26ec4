/**
 * What a ready task came to: its value, or the failure it ended with.
 * Source: `AsyncResult.get` and `maybe_throw` in `celery/result.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { Closed, ResultCancelled, TaskFailed } from '../errors/errors.js';
import type { TaskException } from '../errors/taskException.js';
import { type Run, settled } from '../operation/run.js';
import { PROPAGATE_STATES } from '../states.js';
import { isTaskException, pythonException } from '../wire/exception.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import { type Codec, decodeWith } from './codec.js';
import type { ResultBackend } from './resultBackend.js';

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/** A task that failed or was revoked is a `TaskFailed`; a value that `codec` refuses an `InvalidResult`. */
export const outcome =
  <A>(codec: Codec<A> | undefined) =>
  (meta: TaskMeta): Run<A> =>
    PROPAGATE_STATES.has(meta.status)
      ? settled(E.left(new TaskFailed(meta.taskId, meta.status, exceptionOf(meta), meta.traceback)))
      : decodeWith(codec)(meta.taskId, meta.result);

/** A failed task may have stored anything; what is no exception becomes the argument of one. */
export const exceptionOf = ({ result }: TaskMeta): TaskException => {
  if (isTaskException(result)) return result;
  return pythonException('Exception', result === null || result === undefined ? [] : [result]);
};

/** Why the stream of a task has completed without a ready state. */
export const endOf = (
  taskId: string,
  { isStopped }: ResultBackend['resultConsumer'],
): Closed | ResultCancelled => (isStopped ? new Closed('backend') : new ResultCancelled(taskId));
