/**
 * `AsyncResult`: one task's result, to be watched, waited for or read.
 * Source: `AsyncResult` in `celery/result.py`.
 *
 * @since 0.1.0
 */
import type * as t from 'io-ts';
import * as Rx from 'rxjs';
import { MAX_SECONDS } from '../config/address.js';
import type { TaskResults } from '../consumer/taskResults.js';
import { ResultCancelled, ResultTimeout } from '../errors/errors.js';
import { fromEither, fromSingle, type Operation, of } from '../operation/operation.js';
import { FAILURE, isReady, type State, SUCCESS } from '../states.js';
import type { TaskException } from '../wire/exception.js';
import { asyncResultTuple, type ResultTuple } from '../wire/resultTuple.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import { exceptionOf, outcome } from './outcome.js';
import type { ResultBackend } from './resultBackend.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * How to wait for a result.
 *
 * @category model
 * @since 0.1.0
 */
export interface GetOptions {
  /** In seconds; `null`, and what no timer can count (24.8 days), is for ever. Default: the backend's `resultTimeout`. */
  readonly timeout?: number | null;
}

/**
 * The result of the task `id`, of the type `A` that its codec checks.
 *
 * @example
 * import * as t from 'io-ts'
 * import { RedisBackend } from 'chordis'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * const sum = backend.asyncResult('4f1b', t.number)
 *
 * sum.meta$.subscribe((meta) => console.log(meta.status)) // => SUCCESS
 *
 * await backend.markAsDone('4f1b', 5)()
 * console.log(await sum.get({ timeout: 2 })()) // => { _tag: 'Right', right: 5 }
 * await backend.close()()
 *
 * @category model
 * @since 0.1.0
 */
export class AsyncResult<A = unknown> {
  private settled: TaskMeta | undefined;

  /** @internal A backend's `asyncResult` makes one. */
  constructor(
    readonly id: string,
    private readonly backend: ResultBackend,
    private readonly codec: t.Decoder<unknown, A>,
    readonly parent: AsyncResult | null = null,
  ) {}

  /** Each state as it comes, and completion with the ready one. */
  get meta$(): TaskResults {
    return this.backend.resultConsumer.consumeFrom(this.id);
  }

  /**
   * The value, once the task is ready. A failed or revoked task is a `TaskFailed`, unless
   * `propagate` is `false`: then its exception is the value. Also fails with `ResultTimeout`
   * (and has left the channel by then), `ResultCancelled` where the task is forgotten
   * meanwhile, and `InvalidResult` where the codec refuses the value.
   */
  get(options?: GetOptions & { readonly propagate?: true }): Operation<A>;
  get(options: GetOptions & { readonly propagate: false }): Operation<A | TaskException>;
  get({
    timeout = this.backend.resultTimeout,
    propagate = true,
  }: GetOptions & { readonly propagate?: boolean } = {}): Operation<A | TaskException> {
    return fromSingle(
      Rx.defer(() => this.wait(timeout)).pipe(
        Rx.mergeMap((meta) =>
          !propagate && meta.status !== SUCCESS
            ? of(exceptionOf(meta))
            : fromEither(outcome(this.codec)(meta)),
        ),
      ),
    );
  }

  /** PENDING where the store knows nothing of the task; `exists` tells the two apart. */
  readonly state: Operation<State> = this.read((meta) => meta.status);
  readonly ready: Operation<boolean> = this.read((meta) => isReady(meta.status));
  readonly successful: Operation<boolean> = this.read((meta) => meta.status === SUCCESS);
  readonly failed: Operation<boolean> = this.read((meta) => meta.status === FAILURE);
  /** What is stored now: a value, a `TaskException`, or what a progress state carries. */
  readonly result: Operation<unknown> = this.read((meta) => meta.result);
  readonly traceback: Operation<string | null> = this.read((meta) => meta.traceback);
  /** References to the results of the tasks that this one has started. */
  readonly children: Operation<ReadonlyArray<ResultTuple> | null> = this.read(
    (meta) => meta.children,
  );

  /** Whether the store knows the task at all. */
  get exists(): Operation<boolean> {
    return this.backend.taskResultExists(this.id);
  }

  /** Deletes the result; who waits for it gets a `ResultCancelled`. */
  get forget(): Operation<void> {
    return fromSingle(
      Rx.defer(() => {
        this.settled = undefined;
        return this.backend.forget(this.id);
      }),
    );
  }

  /** The reference that a saved group or a child is stored as. */
  asTuple(): ResultTuple {
    return asyncResultTuple(this.id, this.parent?.asTuple());
  }

  private wait(seconds: number | null): Rx.Observable<TaskMeta> {
    if (this.settled !== undefined) return Rx.of(this.settled);
    const ready$ = this.meta$.pipe(
      Rx.filter((meta) => isReady(meta.status)),
      Rx.throwIfEmpty(() => new ResultCancelled(this.id)),
      Rx.tap(this.remember),
    );
    return seconds === null || seconds > MAX_SECONDS
      ? ready$
      : ready$.pipe(
          Rx.timeout({
            first: seconds * 1000,
            scheduler: this.backend.scheduler,
            with: () => Rx.throwError(() => new ResultTimeout(this.id, seconds)),
          }),
        );
  }

  private read<B>(f: (meta: TaskMeta) => B): Operation<B> {
    return fromSingle(
      Rx.defer(() =>
        this.settled === undefined
          ? this.backend.getTaskMeta(this.id).pipe(Rx.tap(this.remember))
          : Rx.of(this.settled),
      ).pipe(Rx.map(f)),
    );
  }

  /** A ready state is final: once seen, it is not read again. */
  private readonly remember = (meta: TaskMeta): void => {
    if (isReady(meta.status)) this.settled = meta;
  };
}
