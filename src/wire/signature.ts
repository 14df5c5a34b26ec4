/**
 * `Signature`: a call to be made later, as data. Groups, chains and chords are signatures
 * of Celery's own tasks, with the others in their `kwargs`.
 * Source: `Signature` in `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { dict } from './dict.js';
import { totalType } from './totalType.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A call of a task that is yet to be made. Celery: `Signature`.
 *
 * @category model
 * @since 0.1.0
 */
export interface Signature {
  /** The task's registered name. */
  readonly task: string;
  /** Its arguments. */
  readonly args: ReadonlyArray<unknown>;
  /** Its keyword arguments. */
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** By Celery's names: `task_id`, `queue`, `link`, `link_error`, `countdown`, … */
  readonly options: Readonly<Record<string, unknown>>;
  /** `group`, `chain` or `chord`; null for a plain task. */
  readonly subtaskType: string | null;
  /** Whether results of earlier tasks are kept out of its arguments. */
  readonly immutable: boolean;
  /** What else the wire holds, such as a `chord_size`. */
  readonly rest: Readonly<Record<string, unknown>>;
}

/**
 * A signature by the wire's names.
 *
 * @category model
 * @since 0.1.0
 */
export interface WireSignature extends Readonly<Record<string, unknown>> {
  /** The task's registered name. */
  readonly task: string;
  /** Its arguments. */
  readonly args: ReadonlyArray<unknown>;
  /** Its keyword arguments. */
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** How it is to be sent. */
  readonly options: Readonly<Record<string, unknown>>;
  /** `group`, `chain` or `chord`; null for a plain task. */
  readonly subtask_type: string | null;
  /** Whether results of earlier tasks are kept out of its arguments. */
  readonly immutable: boolean;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * A call with Celery's defaults for what is left out.
 *
 * @category constructors
 * @since 0.1.0
 */
export const signature = (
  task: string,
  args: ReadonlyArray<unknown> = [],
  more: Partial<Omit<Signature, 'task' | 'args'>> = {},
): Signature => ({
  task,
  args,
  kwargs: {},
  options: {},
  subtaskType: null,
  immutable: false,
  rest: {},
  ...more,
});

// -------------------------------------------------------------------------------------
// codecs
// -------------------------------------------------------------------------------------

const nullable = <A>(codec: t.Type<A>) => t.union([codec, t.null, t.undefined]);

/** Only the task's name must be there, as in Celery. */
const Wire = t.intersection([
  t.UnknownRecord,
  t.type({ task: t.string }),
  t.partial({
    args: nullable(t.readonlyArray(t.unknown)),
    kwargs: nullable(dict),
    options: nullable(dict),
    subtask_type: nullable(t.string),
    immutable: nullable(t.boolean),
  }),
]);

/**
 * With Celery's defaults for what is left out.
 *
 * @internal
 */
export const fromWireSignature = (wire: t.TypeOf<typeof Wire>): Signature => {
  const { task, args, kwargs, options, subtask_type, immutable, ...rest } = wire;
  return {
    task,
    args: args ?? [],
    kwargs: kwargs ?? {},
    options: options ?? {},
    subtaskType: subtask_type ?? null,
    immutable: immutable ?? false,
    rest,
  };
};

const toWire = (call: Signature): WireSignature => ({
  task: call.task,
  args: call.args,
  kwargs: call.kwargs,
  options: call.options,
  subtask_type: call.subtaskType,
  immutable: call.immutable,
  ...call.rest,
});

const Shape = t.type({
  task: t.string,
  args: t.readonlyArray(t.unknown),
  kwargs: dict,
  options: dict,
  subtaskType: t.union([t.string, t.null]),
  immutable: t.boolean,
  rest: t.UnknownRecord,
});

/**
 * From and to a signature by the wire's names; what else it holds is kept.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Signature = totalType(
  new t.Type<Signature, WireSignature, unknown>(
    'Signature',
    Shape.is,
    (u, context) => pipe(Wire.validate(u, context), E.map(fromWireSignature)),
    toWire,
  ),
);
