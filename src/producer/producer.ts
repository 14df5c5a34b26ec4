/**
 * `Producer`: sends tasks, and has their results followed before they are out.
 * Source: `send_task` in `celery/app/base.py`, `apply_async` in `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import { inspect as nodeInspect } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import type { Observable } from 'rxjs';
import { signatureOf } from '../canvas/canvas.js';
import { planner } from '../canvas/planner.js';
import type { Linked, Linking, OutOf, Step, Takes } from '../canvas/step.js';
import { Closed } from '../errors/errors.js';
import { abortable, type WaitOptions } from '../operation/abort.js';
import { fromRun, type Operation } from '../operation/operation.js';
import { defer, type Run, settled } from '../operation/run.js';
import type { AsyncResult } from '../result/asyncResult.js';
import { isOptions, notOptions } from '../result/waiting.js';
import type { CeleryEvent } from '../wire/celeryEvent.js';
import type { Signature } from '../wire/signature.js';
import { brokerOf } from './broker.js';
import { type Callable, callOf } from './calls.js';
import type { Dict, List } from './codecs.js';
import { type ControlOptions, type Tell, tell, type WorkerReply } from './control.js';
import { events } from './events.js';
import type { HandleOf } from './handles.js';
import { type Inspector, inspector } from './inspect.js';
import { nameOf, notOfCanvas, type OnceOptions } from './once.js';
import type { ApplyOptions, ProducerOptions, SendOptions } from './options.js';
import type { Producing } from './producing.js';
import { refuseOptions } from './refusedOptions.js';
import { type Revocation, type RevokeOptions, revokingStamped, revokingTasks } from './revoke.js';
import { routes } from './routes.js';
import { type RunCanvas, running } from './running.js';
import type { TaskOf } from './task.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Sends tasks to Celery's workers. A result is subscribed to before its message leaves, so it
 * can't be missed; the messages of one tick are one write.
 *
 * @example
 * import * as t from 'io-ts'
 * import { operation, RedisBackend } from 'chordis'
 * import { chain, Producer, task } from 'chordis/producer'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * const producer = new Producer({ broker: 'memory://', backend })
 *
 * const add = task('tasks.add', { args: t.tuple([t.number, t.number]), result: t.number })
 * const one = await operation.toPromise(producer.sendTask(add, [1, 2], {}, { queue: 'sums' }))
 * const two = await operation.toPromise(producer.apply(chain([add(1, 2), add(3)])))
 *
 * await backend.markAsDone(two.id, 6)() // as a worker does
 * console.log(await operation.toPromise(two.get({ timeout: 2 }))) // => 6
 * console.log(one.id === two.id) // => false
 *
 * await producer.close()()
 * await backend.close()()
 *
 * @category model
 * @since 0.1.0
 */
export class Producer implements AsyncDisposable {
  /** What workers tell of themselves, asked for when it is subscribed to. */
  readonly inspect: Inspector;
  /**
   * The events of tasks and workers as they come, from workers that send them (`-E`, or
   * `worker_send_task_events`). After a lost connection it goes on under the retry policy; what
   * was told meanwhile is missed.
   */
  readonly events$: Observable<CeleryEvent>;
  readonly #producing: Producing;
  readonly #run: RunCanvas;
  readonly #tell: Tell;
  readonly #close: Run<void>;
  #isClosed = false;

  /** Throws `ImproperlyConfigured` where there is no broker, and where an option cannot work. */
  constructor(options: ProducerOptions) {
    refuseOptions(options);
    const { producing } = options.backend;
    const { broker, close } = brokerOf(options);
    const { context } = producing;
    const { taskSerializer = null, taskReprMaxlevels: reprLevels } = options;
    this.#producing = producing;
    const plan = planner({
      ...context,
      serializer: (name) => context.serializer(name ?? taskSerializer),
      route: routes(options),
      reprLevels,
    });
    this.#run = running(producing, broker, plan);
    this.#tell = tell(producing, broker);
    this.#close = close;
    this.inspect = inspector(this.#tell);
    this.events$ = events(producing, broker);
  }

  /**
   * Calls a task, by its name or typed. It is done once the broker has the message, with the
   * task's result, which was subscribed to before. Fails with `InvalidArgument` for options
   * that cannot work, for what a codec refuses and for a message that no queue takes, with
   * `EncodeError` for an argument that has no form on the wire, and with what publishing
   * fails with; then nothing is subscribed to any more. Where a connection was lost and it is
   * not known whether the message went out, it is published again with the same task id.
   * With an `idempotencyKey` a second call is the first one's.
   */
  sendTask<Args extends List, Kwargs extends Dict, Result, const Links extends Linked = []>(
    task: TaskOf<Args, Kwargs, Result>,
    args: NoInfer<Args>,
    kwargs?: NoInfer<Kwargs>,
    options?: Linking<SendOptions, Links, NoInfer<Result>>,
  ): Operation<AsyncResult<Result>>;
  sendTask(name: string, args?: List, kwargs?: Dict, options?: SendOptions): Operation<AsyncResult>;
  sendTask(
    task: Callable,
    args: List = [],
    kwargs: Dict = {},
    given: SendOptions = {},
  ): Operation<AsyncResult> {
    return this.#operation(given, ({ idempotencyKey, idempotencyWindow, ...options }) => {
      const call = callOf(task, args, kwargs);
      if (E.isLeft(call)) return settled(call);
      const name = nameOf(this.#producing.room.keys, { idempotencyKey, idempotencyWindow });
      return E.isLeft(name)
        ? settled(name)
        : this.#run<AsyncResult>(call.right, options, name.right);
    });
  }

  /**
   * Runs a canvas, with options over its own: saved groups and chord sizes are written, then
   * the messages of its first tasks are published, all at once. It is done with its result: a
   * `GroupResult` for a group and for what ends with one. Fails as `sendTask` does.
   */
  apply<S extends Signature, const Links extends Linked = []>(
    canvas: Takes<S, readonly []> extends true ? S : Step<readonly []>,
    options: Linking<ApplyOptions, Links, OutOf<S>> = {},
  ): Operation<HandleOf<S>> {
    return this.#operation(options, (others) => {
      const { idempotencyKey = null } = others as OnceOptions;
      if (idempotencyKey !== null) return settled(E.left(notOfCanvas));
      const read = signatureOf(canvas);
      return E.isLeft(read) ? settled(read) : this.#run<HandleOf<S>>(read.right, others, null);
    });
  }

  /**
   * Has workers drop tasks before they run, and with `terminate` also kill those that run.
   * Who watches such a task sees it end REVOKED; beside Celery 5.6 also one that goes on
   * running, without `terminate`. The workers are told when this is subscribed
   * to; each one's acknowledgement is a value. It completes once the expected ones are there,
   * or after its `timeout`, and fails with what publishing and listening fail with.
   */
  revoke(taskIds: string | ReadonlyArray<string>, options?: RevokeOptions): Observable<Revocation> {
    return revokingTasks(this.#tell, taskIds, options);
  }

  /** The same for tasks with any of these stamps, since Celery 5.3. */
  revokeByStampedHeaders(
    headers: Readonly<Record<string, string | ReadonlyArray<string>>>,
    options?: RevokeOptions,
  ): Observable<Revocation> {
    return revokingStamped(this.#tell, headers, options);
  }

  /** Asks workers whether they are there, when it is subscribed to: each says `{ ok: 'pong' }`. */
  ping(options?: ControlOptions): Observable<WorkerReply> {
    return this.#tell('ping', {}, options);
  }

  /** Closes the broker's connections, unless a `Broker` was given; what is asked for later is `Closed`. */
  close(): Operation<void> {
    return fromRun((settle) => {
      this.#isClosed = true;
      return this.#close(settle);
    });
  }

  /** `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()();
  }

  /** For `console.log`. */
  [nodeInspect.custom](): string {
    return 'Producer';
  }

  #operation<A, O extends WaitOptions>(
    given: O,
    make: (options: Omit<O, 'signal'>) => Run<A>,
  ): Operation<A> {
    return this.#producing.execution.operation(() => {
      if (this.#isClosed) return settled(E.left(new Closed('producer')));
      if (!isOptions(given)) return settled(E.left(notOptions));
      const { signal, ...options } = given;
      return signal === undefined ? make(options) : abortable(signal)(defer(() => make(options)));
    });
  }
}
