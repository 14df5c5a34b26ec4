/**
 * What is stored of tasks. Source: `BaseKeyValueStoreBackend` and `Backend`
 * in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import { EncodeError, type ResultStoreError, ValueTooLarge } from '../errors/errors.js';
import {
  continueWith,
  fromEither,
  fromRun,
  fromSingle,
  type Operation,
  of,
  type Run,
  settled,
  toRun,
} from '../operation/operation.js';
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
import { type Keys, keys } from '../wire/keys.js';
import { type ChainedTask, chainedTasks, type TaskRequest } from '../wire/request.js';
import {
  decodeTaskMeta,
  encodeTaskMeta,
  pendingMeta,
  resultMeta,
  type TaskMeta,
} from '../wire/taskMeta.js';
import { fromThrown } from '../wire/thrown.js';
import { type Foundation, KeyValueStore } from './keyValueStore.js';
import { type Stored, storeGuarded } from './storeGuarded.js';

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

export abstract class TaskStore extends KeyValueStore {
  protected readonly keys: Keys;
  protected readonly decode: ReturnType<typeof decodeTaskMeta>;
  private readonly encode: ReturnType<typeof encodeTaskMeta>;

  constructor(foundation: Foundation) {
    super(foundation);
    this.keys = keys(foundation.options.globalKeyprefix);
    this.decode = decodeTaskMeta(foundation.serializer);
    this.encode = encodeTaskMeta(foundation.serializer);
  }

  // ---------------------------------------------------------------------------------
  // storing
  // ---------------------------------------------------------------------------------

  /**
   * Stores and publishes a task's result, unless the task has succeeded already. Besides
   * what a command fails with: `EncodeError` where the result has no form on the wire,
   * `DecodeError` where the key holds something that is no meta, which is then left there.
   */
  storeResult(
    taskId: string,
    result: unknown,
    state: State,
    options: StoreOptions = {},
  ): Operation<Stored> {
    const { resultExtended: extended, scheduler } = this.options;
    const write = () => {
      const key = this.keys.task(taskId);
      if (E.isLeft(key)) return key;
      const now = new Date(scheduler.now());
      try {
        const meta = resultMeta({ taskId, result, state, ...options, extended, now });
        return pipe(
          this.encode(meta),
          E.map((value) => ({ key: key.right, value })),
        );
      } catch {
        return E.left(new EncodeError('$', 'the request throws when it is looked at'));
      }
    };
    return this.persistent(
      fromRun(
        storeGuarded(
          write,
          (made, expected) => this.store(made, expected),
          ({ key }, held) => this.decode(key, held, taskId),
          (error) => this.keptOr(error, taskId),
        ),
      ),
    );
  }

  /** Celery looks at what is held before it encodes: over a SUCCESS there is no error. */
  private keptOr(error: ResultStoreError, taskId: string): Run<Stored> {
    const failed = settled<Stored>(E.left(error));
    if (!(error instanceof EncodeError || error instanceof ValueTooLarge)) return failed;
    return continueWith(toRun(this.getTaskMeta(taskId)), (held) => {
      if (E.isLeft(held)) return settled(held);
      return held.right.status === SUCCESS ? settled(E.right({ _tag: 'Kept' })) : failed;
    });
  }

  /** STARTED, with what the worker tells of itself. */
  markAsStarted(taskId: string, meta: Readonly<Record<string, unknown>> = {}): Operation<void> {
    return this.mark(taskId, meta, STARTED);
  }

  /** SUCCESS, and final; nothing is stored where the request says that the result is ignored. */
  markAsDone(taskId: string, result: unknown, options?: MarkOptions): Operation<void> {
    return lazily(() =>
      options?.request?.ignoreResult === true
        ? of(undefined)
        : this.mark(taskId, result, SUCCESS, options),
    );
  }

  /**
   * FAILURE with what the task threw, or a `pythonException`. What remains of the task's
   * chain fails the same way, and the bodies of chords in it.
   */
  markAsFailure(taskId: string, exc: unknown, options?: MarkOptions): Operation<void> {
    return lazily(() => {
      const exception = fromThrown(exc);
      const stored = this.mark(taskId, exception, FAILURE, options);
      const chained = Rx.defer(() => this.failChain(exception, options));
      return Rx.concat(stored, chained).pipe(Rx.ignoreElements(), Rx.endWith(undefined));
    });
  }

  private failChain(exception: TaskException, options?: MarkOptions): Rx.Observable<void> {
    const chained = chainedTasks(options?.request);
    return Rx.concat(...chained.map((task) => this.failChained(task, exception, options)));
  }

  /**
   * One task of the chain of a task that failed. A member of a chord (`inChord`) that had
   * not failed before also has its part to return, here and after the store, whether or not
   * anything is stored: Celery calls `on_chord_part_return`.
   */
  private failChained(
    { request }: ChainedTask,
    exception: TaskException,
    options?: MarkOptions | null,
  ): Operation<void> {
    const { state = FAILURE, storeResult = true, traceback = null } = options ?? {};
    return request !== null && PROPAGATE_STATES.has(state)
      ? this.mark(request.id, exception, state, { storeResult, traceback, request })
      : of(undefined);
  }

  /** RETRY with what made the task try again; null where nothing did. */
  markAsRetry(taskId: string, exc: unknown, options?: StoreOptions): Operation<void> {
    return this.mark(taskId, exc === null ? null : fromThrown(exc), RETRY, options);
  }

  /** REVOKED with a `TaskRevokedError` that tells the reason. */
  markAsRevoked(taskId: string, reason = '', options?: MarkOptions): Operation<void> {
    const exception = pythonException('TaskRevokedError', [reason], 'celery.exceptions');
    return this.mark(taskId, exception, REVOKED, options);
  }

  private mark(
    taskId: string,
    result: unknown,
    ownState: State,
    options?: MarkOptions | null,
  ): Operation<void> {
    return lazily(() => {
      const { state = ownState, storeResult = true, ...more } = options ?? {};
      return storeResult
        ? this.storeResult(taskId, result, state, more).pipe(Rx.map(constVoid))
        : of(undefined);
    });
  }

  // ---------------------------------------------------------------------------------
  // reading
  // ---------------------------------------------------------------------------------

  /**
   * What is stored of a task; PENDING where nothing is, as in Celery. Fails with
   * `DecodeError` where the key holds something else.
   */
  getTaskMeta(taskId: string): Operation<TaskMeta> {
    return this.persistent(
      fromSingle(
        this.read(this.keys.task(taskId), (key, bytes) => this.decode(key, bytes, taskId)).pipe(
          Rx.map(O.getOrElse(() => pendingMeta(taskId))),
        ),
      ),
    );
  }

  /** `getTaskMeta`: nothing is cached, so there is nothing to reload. */
  reloadTaskResult(taskId: string): Operation<TaskMeta> {
    return this.getTaskMeta(taskId);
  }

  /** PENDING where nothing is stored. */
  getState(taskId: string): Operation<State> {
    return this.pick(taskId, (meta) => meta.status);
  }

  /** A value, a `TaskException`, or what a progress state carries. */
  getResult(taskId: string): Operation<unknown> {
    return this.pick(taskId, (meta) => meta.result);
  }

  /** As text; null where there is none. */
  getTraceback(taskId: string): Operation<string | null> {
    return this.pick(taskId, (meta) => meta.traceback);
  }

  /** The results of the tasks that it has started. */
  getChildren(taskId: string): Operation<TaskMeta['children']> {
    return this.pick(taskId, (meta) => meta.children);
  }

  /** Tells a task that is PENDING from one that the store does not know. */
  taskResultExists(taskId: string): Operation<boolean> {
    return this.persistent(
      fromSingle(
        fromEither(this.keys.task(taskId)).pipe(
          Rx.mergeMap((key) => this.get(key)),
          Rx.map(O.exists((bytes) => bytes.length > 0)),
        ),
      ),
    );
  }

  private pick<A>(taskId: string, field: (meta: TaskMeta) => A): Operation<A> {
    return fromSingle(this.getTaskMeta(taskId).pipe(Rx.map(field)));
  }
}

/** Options may throw when they are looked at. */
const lazily = (make: () => Rx.ObservableInput<void>): Operation<void> =>
  fromSingle(Rx.defer(make));
