/**
 * A signature keeps the codecs of its task beside what goes on the wire.
 *
 * @since 0.1.0
 */
import type { Codec } from '../result/codec.js';
import type { Signature } from '../wire/signature.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export type List = ReadonlyArray<unknown>;

export type Dict = Readonly<Record<string, unknown>>;

/**
 * What a task takes and gives, each an io-ts codec or a Standard Schema.
 *
 * @category model
 * @since 0.1.0
 */
export interface TaskCodecs<
  Args extends List = List,
  Kwargs extends Dict = Dict,
  Result = unknown,
> {
  /** Of the list of arguments, such as `t.tuple([t.number, t.number])`. Default: any. */
  readonly args?: Codec<Args> | undefined;
  /** Of the keyword arguments. Default: any. */
  readonly kwargs?: Codec<Kwargs> | undefined;
  /** Default: any. */
  readonly result?: Codec<Result> | undefined;
}

const CODECS = Symbol('codecs');

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** No encoder of the wire sees a symbol; a copy has it too. */
export const withCodecs = (signature: Signature, codecs: TaskCodecs): Signature =>
  Object.freeze({ ...signature, [CODECS]: codecs });

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

export const codecsIn = (signature: Signature): TaskCodecs | undefined =>
  (signature as { readonly [CODECS]?: TaskCodecs })[CODECS];
