/**
 * What is stored of tasks. Source: `BaseKeyValueStoreBackend` and `Backend`
 * in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import { EncodeError, type ResultStoreError, ValueTooLarge } from '../errors/errors.js';
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
import { pythonException, type TaskException } from '../wire/exception.js';
import { pendingMeta } from '../wire/meta.js';
import { type ChainedTask, chainedTasks, type TaskRequest } from '../wire/request.js';
import { resultMeta } from '../wire/resultMeta.js';
import { decodeTaskMeta, encodeTaskMeta, type TaskMeta } from '../wire/taskMeta.js';
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

const nothing: Run<void> = settled(E.right(undefined));

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
      const encoded = this.encoded({ taskId, result, state, ...options, extended, now });
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
        (made, expected) => execution.retried(commands.store(made, expected), { isOwn: true }),
        ({ key }, held) => this.decode(key, held, taskId),
        (error) => this.keptOr(error, taskId),
      ),
    );
  }

  private encoded(
    stored: Parameters<typeof resultMeta>[0],
  ): E.Either<EncodeError, string | Buffer> {
    try {
      return this.encode(resultMeta(stored));
    } catch {
      return E.left(new EncodeError('$', 'the request throws when it is looked at'));
    }
  }

  /** Celery looks at what is held before it encodes: over a SUCCESS there is no error. */
  private keptOr(error: ResultStoreError, taskId: string): Run<Stored> {
    const failed = settled<Stored>(E.left(error));
    if (!(error instanceof EncodeError || error instanceof ValueTooLarge)) return failed;
    return pipe(
      this.reading(taskId),
      chain((held) =>
        O.isSome(held) && held.value.status === SUCCESS
          ? settled<Stored>(E.right({ _tag: 'Kept' }))
          : failed,
      ),
    );
  }

  // ---------------------------------------------------------------------------------
  // marks
  // ---------------------------------------------------------------------------------

  markAsStarted(taskId: string, meta: Readonly<Record<string, unknown>> = {}): Operation<void> {
    return this.mark(taskId, () => meta, STARTED);
  }

  markAsDone(taskId: string, result: unknown, options?: MarkOptions): Operation<void> {
    return this.foundation.execution.operation(() =>
      options?.request?.ignoreResult === true
        ? nothing
        : this.marking(taskId, result, SUCCESS, options),
    );
  }

  markAsFailure(taskId: string, exc: unknown, options?: MarkOptions): Operation<void> {
    return this.foundation.execution.operation(() => {
      const exception = fromThrown(exc);
      return pipe(
        this.marking(taskId, exception, FAILURE, options),
        chain(() =>
          chainedTasks(options?.request).reduce(
            (before, task) =>
              pipe(
                before,
                chain(() => this.failingChained(task, exception, options)),
              ),
            nothing,
          ),
        ),
      );
    });
  }

  /**
   * One task of the chain of a task that failed. A member of a chord (`inChord`) that had
   * not failed before also has its part to return, here and after the store, whether or not
   * anything is stored: Celery calls `on_chord_part_return`.
   */
  private failingChained(
    { request }: ChainedTask,
    exception: TaskException,
    options?: MarkOptions | null,
  ): Run<void> {
    const { state = FAILURE, storeResult = true, traceback = null } = options ?? {};
    return request !== null && PROPAGATE_STATES.has(state)
      ? this.marking(request.id, exception, state, { storeResult, traceback, request })
      : nothing;
  }

  markAsRetry(taskId: string, exc: unknown, options?: StoreOptions): Operation<void> {
    return this.mark(taskId, () => (exc === null ? null : fromThrown(exc)), RETRY, options);
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
    options?: MarkOptions | null,
  ): Run<void> {
    const { state = ownState, storeResult = true, ...more } = options ?? {};
    return storeResult ? pipe(this.storing(taskId, result, state, more), map(constVoid)) : nothing;
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
