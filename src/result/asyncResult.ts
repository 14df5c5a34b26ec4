/**
 * `AsyncResult`: one task's result, to be watched, waited for or read.
 * Source: `AsyncResult` in `celery/result.py`.
 *
 * @since 0.1.0
 */
import { inspect } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { TaskResults } from '../consumer/taskResults.js';
import { ResultTimeout } from '../errors/errors.js';
import type { TaskException } from '../errors/taskException.js';
import { abortable, type WaitOptions } from '../operation/abort.js';
import { lazily, type Operation, toRun } from '../operation/operation.js';
import { chain, map, type Run, settled } from '../operation/run.js';
import { FAILURE, isReady, type State, SUCCESS } from '../states.js';
import { asyncResultTuple, ResultTuple, type WireTuple } from '../wire/resultTuple.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import { type Codec, type Codecs, codecsOf } from './codec.js';
import { inTime } from './inTime.js';
import { bodiesIn, unlessOneFails } from './nestedChords.js';
import { exceptionOf, outcome } from './outcome.js';
import type { ResultBackend } from './resultBackend.js';
import type { ResultBase } from './resultBase.js';
import { readyWithin } from './taskWait.js';
import { typedResults } from './typedMeta.js';
import { isOptions, isTimeout, notATimeout, notOptions } from './waiting.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * How to wait for a result.
 *
 * @category model
 * @since 0.1.0
 */
export interface GetOptions extends WaitOptions {
  /**
   * In seconds; `null`, and what no timer can count (24.8 days), is for ever; 0 takes what is
   * there now. Before it is over the store is looked at once, for which there is a second at
   * the least; so long has an asynchronous codec, too, once the value is there. Default: the
   * backend's `resultTimeout`.
   */
  readonly timeout?: number | null;
}

/**
 * The result of the task `id`, of the type `A` that its codec checks; `M` is what its
 * stream tells, a `TypedMeta` where a codec is given.
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
export class AsyncResult<A = unknown, M extends TaskMeta = TaskMeta> implements ResultBase {
  /** @internal The ready state, once seen. */
  known: TaskMeta | undefined;

  /** @internal A backend's `asyncResult` makes one. */
  constructor(
    readonly id: string,
    /** @internal */
    readonly backend: ResultBackend,
    private readonly codec?: Codec<A> | Codecs<A>,
    /** The result that this one was called after, such as a chord's header. */
    readonly parent: ResultBase | null = null,
  ) {}

  /**
   * Each state as it comes, and completion with the ready one. Fails with `InvalidResult`
   * where a codec refuses what one carries, and with what a wait of `get` fails with.
   */
  get meta$(): TaskResults<M> {
    const { codec, metas } = this;
    const typed = codec === undefined ? metas : typedResults(metas, codecsOf(codec));
    // `M` follows from the codec where a backend makes the result
    return typed as TaskResults<TaskMeta> as TaskResults<M>;
  }

  private get metas(): TaskResults {
    return this.backend.resultConsumer.consumeFrom(this.id);
  }

  /**
   * The value, once the task is ready. A failed or revoked task is a `TaskFailed`, unless
   * `propagate` is `false`: then its exception is the value. Also fails with `ResultTimeout`
   * (and has left the channel by then), `ResultCancelled` where the task is forgotten
   * meanwhile, `InvalidResult` where the codec refuses the value, and `Aborted` where the
   * `signal` aborts. Where the task waits for a chord within a chord, and that fails, this
   * fails with it.
   */
  get(options?: GetOptions & { readonly propagate?: true }): Operation<A>;
  get(options: GetOptions & { readonly propagate: false }): Operation<A | TaskException>;
  get(options: GetOptions & { readonly propagate?: boolean } = {}): Operation<A | TaskException> {
    return lazily(() => {
      if (!isOptions(options)) return settled(E.left(notOptions));
      const { timeout = this.backend.resultTimeout, propagate = true, signal } = options;
      return pipe(
        this.waiting(timeout),
        unlessOneFails(this.backend, propagate ? this.bodiesBefore : []),
        chain((meta) => {
          const outcome = this.outcomeOf(this.remember(meta), propagate);
          return this.codec === undefined
            ? outcome
            : inTime(this.backend, this.id, timeout, outcome);
        }),
        abortable(signal),
      );
    });
  }

  /** PENDING where the store knows nothing of the task; `exists` tells the two apart. */
  get state(): Operation<State> {
    return this.read((meta) => meta.status);
  }

  get ready(): Operation<boolean> {
    return this.read((meta) => isReady(meta.status));
  }

  get successful(): Operation<boolean> {
    return this.read((meta) => meta.status === SUCCESS);
  }

  get failed(): Operation<boolean> {
    return this.read((meta) => meta.status === FAILURE);
  }

  /** What is stored now: a value, a `TaskException`, or what a progress state carries. */
  get result(): Operation<unknown> {
    return this.read((meta) => meta.result);
  }

  get traceback(): Operation<string | null> {
    return this.read((meta) => meta.traceback);
  }

  /** References to the results of the tasks that this one has started. */
  get children(): Operation<ReadonlyArray<ResultTuple> | null> {
    return this.read((meta) => meta.children);
  }

  /** Whether the store knows the task at all. */
  get exists(): Operation<boolean> {
    return this.backend.taskResultExists(this.id);
  }

  /**
   * Deletes the result; who waits for it by this backend gets a `ResultCancelled`. Other
   * backends and processes are not told: their waits go on, to their own deadline.
   */
  get forget(): Operation<void> {
    return lazily(() => {
      this.known = undefined;
      return toRun(this.backend.forget(this.id));
    });
  }

  /** The reference that a saved group or a child is stored as. */
  asTuple(): ResultTuple {
    return asyncResultTuple(this.id, this.parent?.asTuple());
  }

  /** For `JSON.stringify`: the reference as Celery writes it. */
  toJSON(): WireTuple {
    return ResultTuple.encode(this.asTuple());
  }

  /** For `console.log`: neither the backend nor what the task has come to. */
  [inspect.custom](): string {
    return `AsyncResult <${this.id}>`;
  }

  /** @internal What a ready state comes to. */
  outcomeOf(meta: TaskMeta, propagate: boolean): Run<A | TaskException> {
    return !propagate && meta.status !== SUCCESS
      ? settled<A | TaskException>(E.right(exceptionOf(meta)))
      : outcome(this.codec && codecsOf(this.codec).result)(meta);
  }

  /** @internal */
  waiting(seconds: unknown): Run<TaskMeta> {
    if (!isTimeout(seconds)) return settled(E.left(notATimeout));
    if (this.known !== undefined) return settled(E.right(this.known));
    return seconds === 0 ? this.looking() : readyWithin(this.backend, this.id, seconds);
  }

  /** What is there now, and no wait. */
  private looking(): Run<TaskMeta> {
    return pipe(
      toRun(this.backend.getTaskMeta(this.id)),
      chain((meta) =>
        settled(isReady(meta.status) ? E.right(meta) : E.left(new ResultTimeout(this.id, 0))),
      ),
    );
  }

  private get bodiesBefore(): ReadonlyArray<string> {
    return this.parent === null || this.known !== undefined ? [] : bodiesIn(this.parent.asTuple());
  }

  private read<B>(f: (meta: TaskMeta) => B): Operation<B> {
    return lazily(() =>
      this.known === undefined
        ? pipe(
            toRun(this.backend.getTaskMeta(this.id)),
            map((meta) => f(this.remember(meta))),
          )
        : settled(E.right(f(this.known))),
    );
  }

  /** A ready state is final: once seen, it is not read again. */
  private remember(meta: TaskMeta): TaskMeta {
    if (isReady(meta.status)) this.known = meta;
    return meta;
  }
}
