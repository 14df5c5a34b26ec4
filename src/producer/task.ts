/**
 * `task`: a task with what its arguments and its result are, by which calls of it are checked
 * before anything is sent, and their results are typed.
 *
 * @since 0.1.0
 */
import type { Linked, Linking, Step } from '../canvas/step.js';
import { celeryOptions, type TaskOptions } from '../canvas/taskOptions.js';
import { signature as plain, type Signature } from '../wire/signature.js';
import { type Dict, type List, type TaskCodecs, withCodecs } from './codecs.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

declare const TYPES: unique symbol;

/**
 * A typed task of which only the name and the types matter.
 *
 * @category model
 * @since 0.1.0
 */
export interface TaskOf<Args extends List, Kwargs extends Dict, Result> {
  /** What workers know it by. */
  readonly taskName: string;
  readonly codecs: object;
  /** For the compiler alone. */
  readonly [TYPES]?: { readonly args: Args; readonly kwargs: Kwargs; readonly result: Result };
}

/** All but the first. */
type Rest<Args extends List> = Args extends readonly [unknown, ...infer Others] ? Others : never;

/**
 * A task with its codecs. Called, it gives the signature of a call: with all arguments, or
 * with all but the first, which a chain or a chord gives.
 *
 * @category model
 * @since 0.1.0
 */
export interface TypedTask<Args extends List = List, Kwargs extends Dict = Dict, Result = unknown>
  extends TaskOf<Args, Kwargs, Result> {
  (...args: Args): Step<readonly [], Result>;
  (...args: Rest<Args>): Step<readonly [Args[0]], Result>;
  readonly codecs: TaskCodecs<Args, Kwargs, Result>;
  /** A call with keyword arguments and options. */
  readonly signature: {
    <const Links extends Linked = []>(
      args: Args,
      kwargs?: Kwargs,
      options?: Linking<TaskOptions, Links, Result>,
    ): Step<readonly [], Result>;
    <const Links extends Linked = []>(
      args: Rest<Args>,
      kwargs?: Kwargs,
      options?: Linking<TaskOptions, Links, Result>,
    ): Step<readonly [Args[0]], Result>;
  };
  /** A call that keeps the results of earlier tasks out of its arguments. Celery: `si`. */
  readonly si: (...args: Args) => Step<List, Result>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * A typed task. Arguments are sent as their io-ts codec encodes them, or as a Standard Schema
 * gives them; what a codec refuses is an `InvalidArgument`, and nothing is sent.
 *
 * @example
 * import * as t from 'io-ts'
 * import { chain, task } from 'chordis/producer'
 *
 * const add = task('tasks.add', { args: t.tuple([t.number, t.number]), result: t.number })
 * const sum = chain([add(1, 2), add(3)])
 * console.log(sum.subtaskType) // => chain
 *
 * @category constructors
 * @since 0.1.0
 */
export const task = <Args extends List = List, Kwargs extends Dict = Dict, Result = unknown>(
  taskName: string,
  codecs: TaskCodecs<Args, Kwargs, Result> = {},
): TypedTask<Args, Kwargs, Result> => {
  const call = (args: List, kwargs: Dict = {}, options: TaskOptions = {}, immutable = false) =>
    withCodecs(
      plain(taskName, args, { kwargs, options: celeryOptions(options), immutable }),
      codecs,
    );
  const typed = {
    taskName,
    codecs,
    signature: (args: List, kwargs?: Dict, options?: TaskOptions): Signature =>
      call(args, kwargs, options),
    si: (...args: List): Signature => call(args, {}, {}, true),
  };
  // what its overloads say is for the compiler alone
  return Object.freeze(
    Object.assign((...args: List): Signature => call(args), typed),
  ) as unknown as TypedTask<Args, Kwargs, Result>;
};
