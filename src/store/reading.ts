/**
 * What the store knows of tasks. Source: `_get_task_meta_for` in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import type { DecodeError } from '../errors/errors.js';
import type { Operation } from '../operation/operation.js';
import { map, type Run } from '../operation/run.js';
import { pendingMeta, type TaskMeta } from '../wire/meta.js';
import { decodeTaskMeta } from '../wire/taskMeta.js';
import { decodedAt } from './byKey.js';
import type { Foundation } from './foundation.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Reading {
  /** What a key holds, as the meta of the task. */
  readonly decode: (key: string, bytes: Buffer, taskId: string) => E.Either<DecodeError, TaskMeta>;
  /** None where nothing is stored. */
  readonly stored: (taskId: string) => Run<O.Option<TaskMeta>>;
  /** `field` of the meta; of a PENDING one where nothing is stored. */
  readonly pick: <A>(taskId: string, field: (meta: TaskMeta) => A) => Operation<A>;
  /** Whether anything is stored, be it no meta. */
  readonly exists: (taskId: string) => Operation<boolean>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const reading = (foundation: Foundation): Reading => {
  const { execution, keys, serializer } = foundation;
  const decode = decodeTaskMeta(serializer);
  const persistent = <A>(run: Run<A>): Run<A> => execution.persistent('_get_task_meta_for', run);
  const stored = (taskId: string): Run<O.Option<TaskMeta>> =>
    decodedAt(foundation, keys.task(taskId), (key, bytes) => decode(key, bytes, taskId));
  return {
    decode,
    stored,
    pick: (taskId, field) =>
      execution.operation(() =>
        pipe(
          persistent(stored(taskId)),
          map((meta) => field(O.getOrElse(() => pendingMeta(taskId))(meta))),
        ),
      ),
    exists: (taskId) =>
      execution.operation(() =>
        pipe(
          persistent(decodedAt(foundation, keys.task(taskId), hasBytes)),
          map(O.getOrElse(() => false)),
        ),
      ),
  };
};

const hasBytes = (_key: string, bytes: Buffer): E.Either<never, boolean> =>
  E.right(bytes.length > 0);
