/**
 * `Step`: a signature, and what the compiler is to know of it: which arguments it still
 * waits for, and what comes of it. None of it is there when the code runs.
 *
 * @since 0.1.0
 */
import type { Signature } from '../wire/signature.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

declare const TYPES: unique symbol;

/**
 * A signature that takes the arguments `In` before its own, and comes to `Out`. `Members` are
 * those of a group, each of which has a result of its own.
 *
 * @category model
 * @since 0.1.0
 */
export interface Step<In = unknown, Out = unknown, Members = null> extends Signature {
  /** For the compiler alone. */
  readonly [TYPES]?: { readonly in: In; readonly out: Out; readonly members: Members };
}

/**
 * What it takes; `unknown` for a signature of which nothing is known.
 *
 * @category model
 * @since 0.1.0
 */
export type InOf<S> = S extends Step<infer In, unknown, unknown> ? In : unknown;

/**
 * What comes of it.
 *
 * @category model
 * @since 0.1.0
 */
export type OutOf<S> = S extends Step<unknown, infer Out, unknown> ? Out : unknown;

/**
 * The members of a group; null for what is none.
 *
 * @category model
 * @since 0.1.0
 */
export type MembersOf<S> = S extends Step<unknown, unknown, infer Members> ? Members : unknown;

/**
 * Any members, each as it is.
 *
 * @category model
 * @since 0.1.0
 */
export type Signatures = ReadonlyArray<Signature>;

/**
 * What the members of a group come to, in their order; `unknown` where one of them is.
 *
 * @category model
 * @since 0.1.0
 */
export type OutsOf<Members extends Signatures> =
  unknown extends OutOf<Members[number]>
    ? unknown
    : { readonly [K in keyof Members]: OutOf<Members[K]> };

/**
 * What all members take.
 *
 * @category model
 * @since 0.1.0
 */
export type AllOf<Members extends Signatures> =
  unknown extends InOf<Members[number]>
    ? unknown
    : { [K in keyof Members]: (taken: InOf<Members[K]>) => void }[number] extends (
          taken: infer In,
        ) => void
      ? In
      : never;

/** Whether `S` takes `Given`. What nothing is known of is not judged. */
export type Takes<S, Given extends ReadonlyArray<unknown>> =
  unknown extends InOf<S>
    ? true
    : unknown extends Given[0]
      ? true
      : Given extends InOf<S>
        ? true
        : false;

/**
 * Steps of which each takes what the one before it gives. One that does not stands in it as
 * what it would have to be.
 *
 * @category model
 * @since 0.1.0
 */
export type Fitting<Steps extends Signatures> = Steps extends readonly [
  infer First extends Signature,
  infer Second extends Signature,
  ...infer Rest extends Signatures,
]
  ? readonly [
      First,
      ...(Takes<Second, readonly [PassedOn<First>]> extends true
        ? Fitting<readonly [Second, ...Rest]>
        : readonly [Step<readonly [PassedOn<First>]>, ...Rest]),
    ]
  : Steps;

/** What the next step gets. A group of one is its member there, and gives no list. */
type PassedOn<S> =
  MembersOf<S> extends readonly [infer Only]
    ? MembersOf<Only> extends null
      ? OutOf<Only>
      : unknown
    : OutOf<S>;

/** The last of them; of a group of one, its member, which stands for it. */
export type LastOf<Steps extends Signatures> = Steps extends readonly [...Signatures, infer Last]
  ? MembersOf<Last> extends readonly [infer Only]
    ? Only
    : Last
  : Steps[number];

/** One callback, or several. */
export type Linked = Signature | Signatures;

/** Options whose callbacks take what `Out` is; what does not stands in them as what it would have to be. */
export type Linking<Options extends { readonly link?: unknown }, Links, Out> = Options & {
  readonly link?: (Links & FittingLinks<Links, Out>) | undefined;
};

type FittingLinks<Links, Out> = Links extends Signatures
  ? { readonly [K in keyof Links]: FittingLink<Links[K], Out> }
  : FittingLink<Links, Out>;

type FittingLink<Link, Out> =
  Takes<Link, readonly [Out]> extends true ? Link : Step<readonly [Out]>;
