/**
 * The values of a header that nests groups, in its structure, read from the metas of its
 * tasks. Source: `join_native` in `celery/result.py`.
 *
 * What stands beside the groups has returned its part, so it is looked up once: where
 * nothing was stored, it is null. What is within them is waited for, though not for ever.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import type { ResultStoreError } from '../errors/errors.js';
import { fromSource, type Run } from '../operation/run.js';
import { isReady, PROPAGATE_STATES } from '../states.js';
import { isTaskException, pythonException } from '../wire/exception.js';
import type { GroupResultTuple, ResultTuple } from '../wire/resultTuple.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import { toWireException } from '../wire/wireException.js';
import { toWireResult } from '../wire/wireMeta.js';
import type { FailurePolicy } from './body.js';
import type { Values } from './joined.js';
import { joinError, type Trouble } from './trouble.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Metas {
  readonly read: (taskId: string) => Rx.Observable<TaskMeta>;
  /** Each as it becomes ready. */
  readonly ready: (
    taskIds: Iterable<string>,
  ) => Rx.Observable<readonly [string, E.Either<ResultStoreError, TaskMeta>]>;
  readonly scheduler: Rx.SchedulerLike;
}

type Found = ReadonlyMap<string, E.Either<ResultStoreError, TaskMeta>>;

/** How many are read at once: a reply has one. */
const AT_ONCE = 64;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** `timeout` is in seconds; null is for ever. */
export const nestedValues = (
  metas: Metas,
  header: GroupResultTuple,
  policy: FailurePolicy,
  timeout: number | null,
): Run<E.Either<Trouble, Values>> => {
  const nested = new Set(header.results.flatMap((result) => leavesWithin(result)));
  const all = new Set([...header.results.flatMap(leaves), ...nested]);
  const found = new Map<string, E.Either<ResultStoreError, TaskMeta>>();
  const looked = Rx.from(all).pipe(
    Rx.mergeMap(
      (id) =>
        metas.read(id).pipe(
          Rx.map((meta) => [id, E.right(meta)] as const),
          Rx.catchError((error) => Rx.of([id, E.left(error)] as const)),
        ),
      AT_ONCE,
    ),
  );
  const missing = Rx.defer(() => {
    const ids = [...nested].filter((id) => isMissing(found.get(id)));
    if (ids.length === 0) return Rx.EMPTY;
    const late$ = metas.ready(ids);
    return timeout === null
      ? late$
      : late$.pipe(Rx.takeUntil(Rx.timer(timeout * 1000, metas.scheduler)));
  });
  return fromSource(
    Rx.concat(looked, missing).pipe(
      Rx.tap(([id, meta]) => found.set(id, meta)),
      Rx.ignoreElements(),
      Rx.endWith(null),
      Rx.map(() => valuesOf(header, found, policy)),
    ),
  );
};

const isMissing = (meta: E.Either<ResultStoreError, TaskMeta> | undefined): boolean =>
  meta === undefined || (E.isRight(meta) && !isReady(meta.right.status));

const leaves = (result: ResultTuple): ReadonlyArray<string> =>
  result._tag === 'AsyncResult' ? [result.id] : result.results.flatMap(leaves);

const leavesWithin = (result: ResultTuple): ReadonlyArray<string> =>
  result._tag === 'AsyncResult' ? [] : leaves(result);

// -------------------------------------------------------------------------------------
// values
// -------------------------------------------------------------------------------------

const valuesOf = (
  header: GroupResultTuple,
  found: Found,
  policy: FailurePolicy,
): E.Either<Trouble, Values> => {
  const value = valueIn(found, policy);
  // as in Celery, an id that stands twice has its value in the last place
  const last = new Map(header.results.map(({ id }, i) => [id, i]));
  const values: Array<unknown> = [];
  for (const [i, result] of header.results.entries()) {
    const isLooked = result._tag === 'AsyncResult' && isMissing(found.get(result.id));
    const got =
      last.get(result.id) !== i || (isLooked && policy === 'fail') ? E.right(null) : value(result);
    if (E.isLeft(got)) return got;
    values.push(got.right);
  }
  return E.right(values);
};

const valueIn = (found: Found, policy: FailurePolicy) => {
  const value = (result: ResultTuple): E.Either<Trouble, unknown> => {
    if (result._tag === 'AsyncResult') return outcome(result.id, found.get(result.id), policy);
    const values: Array<unknown> = [];
    for (const child of result.results) {
      const got = value(child);
      if (E.isLeft(got)) return got;
      values.push(got.right);
    }
    return E.right(values);
  };
  return value;
};

const outcome = (
  taskId: string,
  meta: E.Either<ResultStoreError, TaskMeta> | undefined,
  policy: FailurePolicy,
): E.Either<Trouble, unknown> => {
  if (meta === undefined || isMissing(meta)) {
    return policy === 'settle'
      ? E.right({ task_id: taskId, status: 'PENDING', result: null })
      : E.left(joinError(TIMEOUT));
  }
  if (E.isLeft(meta)) {
    return policy === 'settle'
      ? E.right({
          task_id: taskId,
          status: 'FAILURE',
          result: toWireException(undecodable(meta.left)),
        })
      : E.left(joinError(undecodable(meta.left)));
  }
  const { status, result } = meta.right;
  if (policy === 'settle') {
    return E.right({ task_id: taskId, status, result: toWireResult(status, result) });
  }
  return PROPAGATE_STATES.has(status)
    ? E.left(joinError(isTaskException(result) ? result : undefined))
    : E.right(result);
};

const TIMEOUT = pythonException('TimeoutError', ['The operation timed out.'], 'celery.exceptions');

const undecodable = (error: ResultStoreError) =>
  pythonException('DecodeError', [error.message], 'kombu.exceptions');
