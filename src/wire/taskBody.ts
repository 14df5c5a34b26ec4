/**
 * `TaskBody`: the body of a task message, `[args, kwargs, embed]`.
 * Source: `as_task_v2` in `celery/app/amqp.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { Signature, type WireSignature } from './signature.js';
import { totalType } from './totalType.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * The arguments of a call, and what is to be called after it. Celery: the body of protocol 2.
 *
 * @category model
 * @since 0.1.0
 */
export interface TaskBody {
  /** The arguments of the task. */
  readonly args: ReadonlyArray<unknown>;
  /** Its keyword arguments. */
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** What to call with the result. */
  readonly callbacks: ReadonlyArray<Signature> | null;
  /** What to call if it fails. */
  readonly errbacks: ReadonlyArray<Signature> | null;
  /** What follows in the chain, the next one last. */
  readonly chain: ReadonlyArray<Signature> | null;
  /** The body of the chord that the task is a member of. */
  readonly chord: Signature | null;
}

/**
 * The body as the wire has it: a list of three.
 *
 * @category model
 * @since 0.1.0
 */
export type WireTaskBody = readonly [
  ReadonlyArray<unknown>,
  Readonly<Record<string, unknown>>,
  {
    readonly callbacks: ReadonlyArray<WireSignature> | null;
    readonly errbacks: ReadonlyArray<WireSignature> | null;
    readonly chain: ReadonlyArray<WireSignature> | null;
    readonly chord: WireSignature | null;
  },
];

// -------------------------------------------------------------------------------------
// codecs
// -------------------------------------------------------------------------------------

const Signatures = t.union([t.readonlyArray(Signature), t.null]);

const orNull = <A>(a: A | null | undefined): A | null => a ?? null;

const Embed = t.partial({
  callbacks: t.union([Signatures, t.undefined]),
  errbacks: t.union([Signatures, t.undefined]),
  chain: t.union([Signatures, t.undefined]),
  chord: t.union([Signature, t.null, t.undefined]),
});

const Wire = t.tuple([t.readonlyArray(t.unknown), t.UnknownRecord, Embed]);

const Shape = t.type({
  args: t.readonlyArray(t.unknown),
  kwargs: t.UnknownRecord,
  callbacks: Signatures,
  errbacks: Signatures,
  chain: Signatures,
  chord: t.union([Signature, t.null]),
});

/**
 * From and to the list of three.
 *
 * @category codecs
 * @since 0.1.0
 */
export const TaskBody = totalType(
  new t.Type<TaskBody, WireTaskBody, unknown>(
    'TaskBody',
    Shape.is,
    (u, context) =>
      pipe(
        Wire.validate(u, context),
        E.map(([args, kwargs, embed]) => ({
          args,
          kwargs,
          callbacks: orNull(embed.callbacks),
          errbacks: orNull(embed.errbacks),
          chain: orNull(embed.chain),
          chord: orNull(embed.chord),
        })),
      ),
    ({ args, kwargs, callbacks, errbacks, chain, chord }) => [
      args,
      kwargs,
      {
        callbacks: callbacks?.map(Signature.encode) ?? null,
        errbacks: errbacks?.map(Signature.encode) ?? null,
        chain: chain?.map(Signature.encode) ?? null,
        chord: chord && Signature.encode(chord),
      },
    ],
  ),
);
