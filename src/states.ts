/**
 * Celery's task states, the sets they fall into, and their precedence.
 * Source: `celery/states.py`.
 *
 * @since 0.1.0
 */
import type { Ord } from 'fp-ts/lib/Ord.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * The states after which nothing more happens.
 *
 * @category model
 * @since 0.1.0
 */
export type ReadyState = 'SUCCESS' | 'FAILURE' | 'REVOKED';

/**
 * The states that Celery itself puts a task in.
 *
 * @category model
 * @since 0.1.0
 */
export type KnownState =
  | ReadyState
  | 'PENDING'
  | 'RECEIVED'
  | 'STARTED'
  | 'REJECTED'
  | 'RETRY'
  | 'IGNORED';

/**
 * A state is open-ended: tasks may invent their own, such as `PROGRESS`. The known ones
 * are completed by an editor, and any other is taken.
 *
 * @category model
 * @since 0.1.0
 */
export type State = KnownState | (string & {});

/**
 * Nothing is known of the task: it was not sent, waits in a queue, or has expired.
 *
 * @category model
 * @since 0.1.0
 */
export const PENDING = 'PENDING';
/**
 * A worker has taken the task, and not begun it yet.
 *
 * @category model
 * @since 0.1.0
 */
export const RECEIVED = 'RECEIVED';
/**
 * A worker runs the task; stored only where `task_track_started` is on.
 *
 * @category model
 * @since 0.1.0
 */
export const STARTED = 'STARTED';
/**
 * The task has returned, and the result is its value. Final: nothing overwrites it.
 *
 * @category model
 * @since 0.1.0
 */
export const SUCCESS = 'SUCCESS';
/**
 * The task has raised, and the result is its exception.
 *
 * @category model
 * @since 0.1.0
 */
export const FAILURE = 'FAILURE';
/**
 * The task was revoked before it ended, and the result is a `TaskRevokedError`.
 *
 * @category model
 * @since 0.1.0
 */
export const REVOKED = 'REVOKED';
/**
 * The task was refused by its worker, as Celery's events tell; no result is stored.
 *
 * @category model
 * @since 0.1.0
 */
export const REJECTED = 'REJECTED';
/**
 * The task is to run again, and the result is the exception that is the reason.
 *
 * @category model
 * @since 0.1.0
 */
export const RETRY = 'RETRY';
/**
 * The task chose to have no result.
 *
 * @category model
 * @since 0.1.0
 */
export const IGNORED = 'IGNORED';

/**
 * The states after which nothing more happens. IGNORED and REJECTED are not among
 * them, as in Celery: waiting for such a task ends by its deadline.
 *
 * @category model
 * @since 0.1.0
 */
export const READY_STATES: ReadonlySet<State> = new Set([SUCCESS, FAILURE, REVOKED]);

/**
 * The states after which there is more to come, in Celery's own list.
 *
 * @category model
 * @since 0.1.0
 */
export const UNREADY_STATES: ReadonlySet<State> = new Set([
  PENDING,
  RECEIVED,
  STARTED,
  REJECTED,
  RETRY,
]);

/**
 * The states whose result is an exception.
 *
 * @category model
 * @since 0.1.0
 */
export const EXCEPTION_STATES: ReadonlySet<State> = new Set([RETRY, FAILURE, REVOKED]);

/**
 * The states whose exception `get` raises.
 *
 * @category model
 * @since 0.1.0
 */
export const PROPAGATE_STATES: ReadonlySet<State> = new Set([FAILURE, REVOKED]);

/**
 * Celery's `ALL_STATES`, which leaves out REJECTED and IGNORED.
 *
 * @category model
 * @since 0.1.0
 */
export const ALL_STATES: ReadonlySet<State> = new Set([
  PENDING,
  RECEIVED,
  STARTED,
  SUCCESS,
  FAILURE,
  RETRY,
  REVOKED,
]);

/**
 * From the highest state to the lowest; `null` stands for all that are not listed.
 *
 * @category model
 * @since 0.1.0
 */
export const PRECEDENCE: ReadonlyArray<State | null> = [
  SUCCESS,
  FAILURE,
  null,
  REVOKED,
  STARTED,
  RECEIVED,
  REJECTED,
  RETRY,
  PENDING,
];

// -------------------------------------------------------------------------------------
// refinements
// -------------------------------------------------------------------------------------

/**
 * Whether nothing more happens to a task in this state; what is compared with it then is
 * one of the three, so that `'SUCESS'` does not compile.
 *
 * @example
 * import { isReady } from 'chordis'
 *
 * isReady('REVOKED') // true
 * isReady('RETRY') // false
 *
 * @category refinements
 * @since 0.1.0
 */
export const isReady = (state: State): state is ReadyState => READY_STATES.has(state);

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

const RANKS: ReadonlyMap<State | null, number> = new Map(
  PRECEDENCE.map((state, rank) => [state, rank]),
);
const UNLISTED = PRECEDENCE.indexOf(null);

/**
 * The rank of a state, from 0 for the highest. IGNORED and a task's own states rank
 * alike, below FAILURE and above REVOKED.
 *
 * @example
 * import { states } from 'chordis'
 *
 * states.precedence('SUCCESS') // 0
 * states.precedence('PROGRESS') // 2
 *
 * @category destructors
 * @since 0.1.0
 */
export const precedence = (state: State): number => RANKS.get(state) ?? UNLISTED;

/**
 * Orders states as Celery's `state` objects: PENDING is the least, SUCCESS the greatest.
 *
 * States of one rank are `equals` here, though they may differ as strings.
 *
 * @example
 * import * as Ord from 'fp-ts/lib/Ord.js'
 * import { states } from 'chordis'
 *
 * Ord.max(states.compareStates)('STARTED', 'SUCCESS') // SUCCESS
 *
 * @category instances
 * @since 0.1.0
 */
export const compareStates: Ord<State> = {
  equals: (one, other) => precedence(one) === precedence(other),
  // by hand, since a browser that needs the sets would load all that an Ord is built with
  compare: (one, other) =>
    precedence(one) === precedence(other) ? 0 : precedence(one) < precedence(other) ? 1 : -1,
};
