/**
 * `Sender`: how a signature is run: planned and published over a broker, or by a function
 * of the user's.
 *
 * @since 0.1.0
 */
import type { Planner } from '../canvas/plan.js';
import type { Broker } from '../port/broker.js';
import type { Effect } from '../store/ensure.js';
import type { Signature } from '../wire/signature.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** The task that ran last: the parent of what is sent. */
export interface Parent {
  readonly id: string;
  readonly rootId: string;
}

/**
 * A signature that is to be run with arguments before its own: the body of a chord, or
 * a group of errbacks.
 *
 * @category model
 * @since 0.1.0
 */
export interface Call {
  readonly signature: Signature;
  readonly args: ReadonlyArray<unknown>;
  readonly parentId: string;
  readonly rootId: string;
}

/**
 * Sends a call in place of a broker. It may be given the body of a chord more than once:
 * where it was cut short, and the part was returned again.
 *
 * @category model
 * @since 0.1.0
 */
export type SendCall = (call: Call) => Effect<unknown>;

export type Sender =
  | { readonly _tag: 'Function'; readonly send: SendCall }
  | {
      readonly _tag: 'Broker';
      readonly broker: Broker;
      readonly planner: (parent: Parent | null) => Planner;
    };
