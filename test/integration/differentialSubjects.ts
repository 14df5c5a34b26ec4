/**
 * The two sides of the differential test: Celery's `RedisBackend` in a Python process, and
 * chordis. Both run a case with its clock, and tell what became of each operation.
 */
import * as E from 'fp-ts/lib/Either.js';
import { constNull, pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type {
  GroupResultTuple,
  MarkOptions,
  Operation,
  RedisBackend,
  RedisBackendOptions,
  ResultStoreError,
  StoreOptions,
  TaskRequest,
} from '../../src/index.js';
import { pythonValue, resultTuple } from '../pythonValue.js';
import type { PythonSession } from './celery.js';
import type {
  DifferentialCase,
  DifferentialOperation,
  Marking,
  RequestNotation,
  SignatureNotation,
} from './differentialCases.js';
import type { Notation } from './differentialValues.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What an operation returned, as JSON, bytes as latin1; or why it failed. */
export type Outcome = { readonly returned: unknown } | { readonly failed: string };

export interface Subject {
  readonly run: (case_: DifferentialCase) => Promise<ReadonlyArray<Outcome>>;
  readonly close: () => Promise<void>;
}

/** What chordis has of Celery's `RedisBackend`. */
export type Store = Pick<
  RedisBackend,
  | 'storeResult'
  | 'markAsStarted'
  | 'markAsDone'
  | 'markAsFailure'
  | 'markAsRetry'
  | 'markAsRevoked'
  | 'getState'
  | 'forget'
  | 'saveGroup'
  | 'deleteGroup'
  | 'get'
  | 'mget'
  | 'set'
  | 'delete'
  | 'incr'
  | 'expire'
> & { readonly close: () => Operation<void> };

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const celerySubject = (session: PythonSession): Subject => ({
  run: async (case_) => {
    const outcomes = await session.python(
      'import differential; return differential.run(args)',
      case_,
    );
    if (Array.isArray(outcomes)) return outcomes;
    throw new Error(`Python could not run the case: ${JSON.stringify(outcomes)}`);
  },
  close: session.stop,
});

export const chordisSubject = (open: (options: RedisBackendOptions) => Store): Subject => {
  const clock = { now: 0 };
  const stores = new Map<string, Store>();
  const storeOf = (case_: DifferentialCase): Store => {
    const { extended, expires, failureExpires, compression } = case_;
    const name = `${extended} ${expires} ${failureExpires} ${compression}`;
    const store =
      stores.get(name) ??
      open({
        resultExtended: extended,
        ...{ expires, failureExpires, compression },
        scheduler: frozen(() => clock.now),
      });
    stores.set(name, store);
    return store;
  };
  return {
    run: async (case_) => {
      clock.now = Date.parse(`${case_.now}Z`);
      const store = storeOf(case_);
      const outcomes: Array<Outcome> = [];
      for (const operation of case_.operations) {
        const result = await perform(store, operation)();
        outcomes.push(
          E.isRight(result) ? { returned: result.right } : { failed: String(result.left) },
        );
      }
      return outcomes;
    },
    close: async () => {
      for (const store of stores.values()) await store.close()();
    },
  };
};

/** Its timers run, its clock does not. */
const frozen = (now: () => number): SchedulerLike => ({
  now,
  schedule: asyncScheduler.schedule.bind(asyncScheduler),
});

// -------------------------------------------------------------------------------------
// operations
// -------------------------------------------------------------------------------------

/** With what Celery returns too; null where that is nothing. */
const perform = (
  store: Store,
  operation: DifferentialOperation,
): TE.TaskEither<ResultStoreError, unknown> => {
  switch (operation.op) {
    case 'store_result': {
      const { task_id, result, state } = operation;
      return quietly(store.storeResult(task_id, pythonValue(result), state, optionsOf(operation)));
    }
    case 'mark_as_started':
      return quietly(store.markAsStarted(operation.task_id, record(operation.meta)));
    case 'mark_as_done': {
      const { task_id, result } = operation;
      return quietly(store.markAsDone(task_id, pythonValue(result), markOf(operation)));
    }
    case 'mark_as_failure': {
      const { task_id, exc } = operation;
      return quietly(store.markAsFailure(task_id, pythonValue(exc), markOf(operation)));
    }
    case 'mark_as_retry': {
      const { task_id, exc } = operation;
      return quietly(store.markAsRetry(task_id, pythonValue(exc), optionsOf(operation)));
    }
    case 'mark_as_revoked': {
      const { task_id, reason } = operation;
      return quietly(store.markAsRevoked(task_id, reason, markOf(operation)));
    }
    case 'get_state':
      return store.getState(operation.task_id);
    case 'forget':
      return quietly(store.forget(operation.task_id));
    case 'save_group':
      return quietly(store.saveGroup(operation.group_id, groupOf(operation.group)));
    case 'delete_group':
      return quietly(store.deleteGroup(operation.group_id));
    case 'get':
      return pipe(store.get(operation.key), TE.map(latin1));
    case 'mget':
      return pipe(store.mget(operation.keys), TE.map(RA.map(latin1)));
    case 'set':
      return quietly(store.set(operation.key, operation.value));
    case 'delete':
      return quietly(store.delete(operation.key));
    case 'incr':
      return store.incr(operation.key);
    case 'expire':
      return store.expire(operation.key, operation.seconds);
  }
};

const quietly = <A>(operation: Operation<A>): TE.TaskEither<ResultStoreError, null> =>
  pipe(operation, TE.map(constNull));

const latin1 = (value: O.Option<Buffer>): string | null =>
  O.isSome(value) ? value.value.toString('latin1') : null;

// -------------------------------------------------------------------------------------
// arguments
// -------------------------------------------------------------------------------------

const record = (notation: Readonly<Record<string, Notation>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(notation).map(([key, value]) => [key, pythonValue(value)]));

const groupOf = (notation: Notation): GroupResultTuple => {
  const group = resultTuple(notation);
  if (group._tag === 'GroupResult') return group;
  throw new Error(`${group.id} is no group`);
};

const requestOf = (request: RequestNotation): TaskRequest => ({
  id: request.id,
  task: request.task,
  args: request.args.map((arg) => pythonValue(arg)),
  kwargs: record(request.kwargs),
  hostname: request.hostname,
  retries: request.retries,
  deliveryInfo: request.delivery_info && { routingKey: request.delivery_info.routing_key },
  parentId: request.parent_id,
  group: request.group,
  ignoreResult: request.ignore_result,
  children: request._children.map(resultTuple),
  chain: request.chain?.map(signatureOf) ?? null,
  stampedHeaders: request.stamped_headers,
  stamps: request.stamps && record(request.stamps),
});

const signatureOf = (signature: SignatureNotation): unknown => ({
  ...signature,
  args: signature.args.map((arg) => pythonValue(arg)),
});

const optionsOf = ({
  request,
  traceback = null,
}: {
  readonly request: RequestNotation | null;
  readonly traceback?: string | null;
}): StoreOptions => ({ traceback, ...(request && { request: requestOf(request) }) });

const markOf = (marking: Marking & { readonly traceback?: string | null }): MarkOptions => ({
  ...optionsOf(marking),
  state: marking.state,
  storeResult: marking.store_result,
});
