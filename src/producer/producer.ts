/**
 * `Producer`: sends tasks, and has their results followed before they are out.
 * Source: `send_task` in `celery/app/base.py`, `apply_async` in `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import { inspect } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { signatureOf } from '../canvas/canvas.js';
import type { Planner } from '../canvas/plan.js';
import { planner } from '../canvas/planner.js';
import type { Step, Takes } from '../canvas/step.js';
import { celeryOptions, type TaskOptions } from '../canvas/taskOptions.js';
import { Closed, InvalidArgument } from '../errors/errors.js';
import { abortable, type WaitOptions } from '../operation/abort.js';
import { fromRun, type Operation } from '../operation/operation.js';
import { chain, defer, map, type Run, settled } from '../operation/run.js';
import type { AsyncResult } from '../result/asyncResult.js';
import { type Signature, signature } from '../wire/signature.js';
import { brokerOf } from './broker.js';
import { checked } from './checked.js';
import { type Dict, type List, withCodecs } from './codecs.js';
import { type HandleOf, handle } from './handles.js';
import type { ProducerOptions } from './options.js';
import type { Producing } from './producing.js';
import { routes } from './routes.js';
import { type SendPlan, sending } from './sending.js';
import type { TaskOf } from './task.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * How a task is to be sent.
 *
 * @category model
 * @since 0.1.0
 */
export interface SendOptions extends TaskOptions, WaitOptions {}

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
  readonly #producing: Producing;
  readonly #plan: Planner;
  readonly #send: SendPlan;
  readonly #close: Run<void>;
  #isClosed = false;

  /** Throws `ImproperlyConfigured` where there is no broker, or its URL cannot work. */
  constructor(options: ProducerOptions) {
    const { producing } = options.backend;
    const { broker, close } = brokerOf(options);
    const { context } = producing;
    const { taskSerializer = null } = options;
    this.#producing = producing;
    this.#plan = planner({
      ...context,
      serializer: (name) => context.serializer(name ?? taskSerializer),
      route: routes(options),
    });
    this.#send = sending(producing, broker);
    this.#close = close;
  }

  /**
   * Calls a task, by its name or typed. It is done once the broker has the message, with the
   * task's result, which was subscribed to before. Fails with `InvalidArgument` for options
   * that cannot work, for what a codec refuses and for a message that no queue takes, with
   * `EncodeError` for an argument that has no form on the wire, and with what publishing
   * fails with; then nothing is subscribed to any more. Where a connection was lost and it is
   * not known whether the message went out, it is published again with the same task id.
   */
  sendTask<Args extends List, Kwargs extends Dict, Result>(
    task: TaskOf<Args, Kwargs, Result>,
    args: NoInfer<Args>,
    kwargs?: NoInfer<Kwargs>,
    options?: SendOptions,
  ): Operation<AsyncResult<Result>>;
  sendTask(name: string, args?: List, kwargs?: Dict, options?: SendOptions): Operation<AsyncResult>;
  sendTask(
    task: string | { readonly taskName: string; readonly codecs: object },
    args: List = [],
    kwargs: Dict = {},
    { signal, ...options }: SendOptions = {},
  ): Operation<AsyncResult> {
    return this.#operation(signal, () => {
      const call = callOf(task, args, kwargs);
      return E.isLeft(call) ? settled(call) : this.#run<AsyncResult>(call.right, options);
    });
  }

  /**
   * Runs a canvas, with options over its own: saved groups and chord sizes are written, then
   * the messages of its first tasks are published, all at once. It is done with its result: a
   * `GroupResult` for a group and for what ends with one. Fails as `sendTask` does.
   */
  apply<S extends Signature>(
    canvas: Takes<S, readonly []> extends true ? S : Step<readonly []>,
    options: SendOptions = {},
  ): Operation<HandleOf<S>> {
    const { signal, ...others } = options;
    return this.#operation(signal, () => {
      const read = signatureOf(canvas);
      return E.isLeft(read) ? settled(read) : this.#run<HandleOf<S>>(read.right, others);
    });
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
  [inspect.custom](): string {
    return 'Producer';
  }

  #operation<A>(signal: AbortSignal | undefined, make: () => Run<A>): Operation<A> {
    return this.#producing.execution.operation(() =>
      this.#isClosed ? settled(E.left(new Closed('producer'))) : abortable(signal)(defer(make)),
    );
  }

  /** `H` follows from the types of the canvas. */
  #run<H>(canvas: Signature, options: TaskOptions): Run<H> {
    return pipe(
      checked(canvas),
      chain((ready) => {
        const plan = this.#plan(ready, [], celeryOptions(options));
        if (E.isLeft(plan)) return settled(plan);
        const { result } = plan.right;
        if (result === null) return settled(E.left(nothing()));
        return pipe(
          this.#send(plan.right),
          map(() => handle(this.#producing.results, canvas, result) as H),
        );
      }),
    );
  }
}

const nothing = (): InvalidArgument =>
  new InvalidArgument('canvas', 'is an empty chain: there is nothing to run.');

const callOf = (
  task: string | { readonly taskName: string; readonly codecs: object },
  args: List,
  kwargs: Dict,
): E.Either<InvalidArgument, Signature> => {
  const name: unknown = typeof task === 'string' ? task : task?.taskName;
  if (typeof name !== 'string' || name === '') {
    return E.left(new InvalidArgument('task', 'must be the name of a task.'));
  }
  if (!Array.isArray(args)) return E.left(new InvalidArgument('args', 'must be a list.'));
  const call = signature(name, args, { kwargs });
  return E.right(typeof task === 'string' ? call : withCodecs(call, task.codecs));
};
