/**
 * What is stored of tasks. Source: `BaseKeyValueStoreBackend` and `Backend`
 * in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import type { ResultStoreError } from '../errors/errors.js';
import type { Operation } from '../operation/operation.js';
import { chain, map, type Run, settled } from '../operation/run.js';
import type { Write } from '../port/commands.js';
import {
  FAILURE,
  PROPAGATE_STATES,
  RETRY,
  REVOKED,
  STARTED,
  type State,
  SUCCESS,
} from '../states.js';
import { pythonException } from '../wire/exception.js';
import { chainedRequests, type TaskRequest } from '../wire/request.js';
import {
  decodeTaskMeta,
  encodeTaskMeta,
  pendingMeta,
  resultMeta,
  type TaskMeta,
} from '../wire/taskMeta.js';
import { fromThrown } from '../wire/thrown.js';
import { decodedAt, remove } from './byKey.js';
import type { Foundation } from './foundation.js';
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

/**
 * What may come with a mark. `state` replaces the mark's own, and `storeResult: false`
 * stores nothing.
 *
 * @category model
 * @since 0.1.0
 */
export interface MarkOptions extends StoreOptions {
  readonly state?: State;
  readonly storeResult?: boolean;
}

export class Tasks {
  readonly decode: ReturnType<typeof decodeTaskMeta>;
  private readonly encode: ReturnType<typeof encodeTaskMeta>;

  constructor(private readonly foundation: Foundation) {
    this.decode = decodeTaskMeta(foundation.serializer);
    this.encode = encodeTaskMeta(foundation.serializer);
  }

  // ---------------------------------------------------------------------------------
  // storing
  // ---------------------------------------------------------------------------------

  store(taskId: string, result: unknown, state: State, options?: StoreOptions): Operation<Stored> {
    return this.foundation.execution.operation(() => this.storing(taskId, result, state, options));
  }

  private storing(
    taskId: string,
    result: unknown,
    state: State,
    options: StoreOptions = {},
  ): Run<Stored> {
    const { commands, execution, keys } = this.foundation;
    const {
      resultExtended: extended,
      scheduler,
      expires,
      failureExpires,
    } = this.foundation.options;
    const write = (): E.Either<ResultStoreError, Write> => {
      const key = keys.task(taskId);
      if (E.isLeft(key)) return key;
      const now = new Date(scheduler.now());
      const encoded = this.encode(resultMeta({ taskId, result, state, ...options, extended, now }));
      if (E.isLeft(encoded)) return encoded;
      const value = withinLimit(key.right, encoded.right);
      if (E.isLeft(value)) return value;
      // Celery's `_set_with_state`: of FAILURE and of no other state
      const seconds = state === FAILURE ? (failureExpires ?? expires) : expires;
      return E.right({ key: key.right, value: value.right, expires: seconds });
    };
    return execution.persistent(
      '_store_result',
      storeGuarded(
        write,
        (made, expected) => execution.retried(commands.store(made, expected)),
        ({ key }, held) => this.decode(key, held, taskId),
      ),
    );
  }

  // ---------------------------------------------------------------------------------
  // marks
  // ---------------------------------------------------------------------------------

  markAsStarted(taskId: string, meta: Readonly<Record<string, unknown>> = {}): Operation<void> {
    return this.mark(taskId, () => meta, STARTED);
  }

  markAsDone(taskId: string, result: unknown, options: MarkOptions = {}): Operation<void> {
    return this.foundation.execution.operation(() =>
      options.request?.ignoreResult === true
        ? settled(E.right(undefined))
        : this.marking(taskId, result, SUCCESS, options),
    );
  }

  markAsFailure(taskId: string, exc: unknown, options: MarkOptions = {}): Operation<void> {
    return this.foundation.execution.operation(() => {
      const { state = FAILURE, storeResult = true, traceback = null, request } = options;
      const exception = fromThrown(exc);
      const rest = storeResult && PROPAGATE_STATES.has(state) ? chainedRequests(request) : [];
      return rest.reduce(
        (before, next) =>
          pipe(
            before,
            chain(() => this.storing(next.id, exception, state, { traceback, request: next })),
            map(constVoid),
          ),
        this.marking(taskId, exception, state, options),
      );
    });
  }

  markAsRetry(taskId: string, exc: unknown, options?: StoreOptions): Operation<void> {
    return this.mark(taskId, () => fromThrown(exc), RETRY, options);
  }

  markAsRevoked(taskId: string, reason = '', options?: MarkOptions): Operation<void> {
    const exception = () => pythonException('TaskRevokedError', [reason], 'celery.exceptions');
    return this.mark(taskId, exception, REVOKED, options);
  }

  private mark(
    taskId: string,
    result: () => unknown,
    state: State,
    options?: MarkOptions,
  ): Operation<void> {
    return this.foundation.execution.operation(() =>
      this.marking(taskId, result(), state, options),
    );
  }

  private marking(
    taskId: string,
    result: unknown,
    ownState: State,
    { state = ownState, storeResult = true, ...options }: MarkOptions = {},
  ): Run<void> {
    return storeResult
      ? pipe(this.storing(taskId, result, state, options), map(constVoid))
      : settled(E.right(undefined));
  }

  // ---------------------------------------------------------------------------------
  // reading
  // ---------------------------------------------------------------------------------

  meta(taskId: string): Operation<TaskMeta> {
    return this.pick(taskId, (meta) => meta);
  }

  pick<A>(taskId: string, field: (meta: TaskMeta) => A): Operation<A> {
    const { execution } = this.foundation;
    return execution.operation(() =>
      pipe(
        execution.persistent('_get_task_meta_for', this.reading(taskId)),
        map((meta) => field(O.getOrElse(() => pendingMeta(taskId))(meta))),
      ),
    );
  }

  exists(taskId: string): Operation<boolean> {
    const { execution, keys } = this.foundation;
    const hasBytes = (_key: string, bytes: Buffer) => E.right(bytes.length > 0);
    return execution.operation(() =>
      pipe(
        execution.persistent(
          '_get_task_meta_for',
          decodedAt(this.foundation, keys.task(taskId), hasBytes),
        ),
        map(O.getOrElse(() => false)),
      ),
    );
  }

  private reading(taskId: string): Run<O.Option<TaskMeta>> {
    return decodedAt(this.foundation, this.foundation.keys.task(taskId), (key, bytes) =>
      this.decode(key, bytes, taskId),
    );
  }

  // ---------------------------------------------------------------------------------
  // forgetting
  // ---------------------------------------------------------------------------------

  /** `then` is called once it is forgotten. */
  forget(taskId: string, then: () => void): Operation<void> {
    const { execution, keys } = this.foundation;
    return execution.operation(() =>
      pipe(execution.persistent('_forget', remove(this.foundation, keys.task(taskId))), map(then)),
    );
  }
}
