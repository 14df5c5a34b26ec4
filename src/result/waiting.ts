/**
 * How long a wait may take. Before it is over the store is looked at once, however short it
 * was; what takes longer than a wait to look at is looked at to its end, as long as it gets on.
 *
 * @since 0.1.0
 */
import { Subscription } from 'rxjs';
import { InvalidArgument } from '../errors/errors.js';
import type { WaitOptions } from '../operation/abort.js';
import { inPieces } from '../operation/inPieces.js';
import { MAX_SECONDS } from '../operation/maxWait.js';
import type { ResultBackend } from './resultBackend.js';
import { TO_LOOK } from './taskWait.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * How to wait for the results of a group.
 *
 * @category model
 * @since 0.1.0
 */
export interface GroupWaitOptions extends WaitOptions {
  /**
   * In seconds, for all members together; `null`, and what no timer can count (24.8 days), is
   * for ever; 0 takes what is there now. Before it is over the store is looked at once, for
   * which there is a second at the least. Default: the backend's `resultTimeout`.
   */
  readonly timeout?: number | null | undefined;
  /**
   * In seconds: where no member has become ready for so long, `onStalled` is told, once until
   * the next one does.
   */
  readonly stalledAfter?: number | undefined;
  /** Told the ids that are still missing. The wait goes on. */
  readonly onStalled?: ((taskIds: ReadonlyArray<string>) => void) | undefined;
}

// -------------------------------------------------------------------------------------
// refinements
// -------------------------------------------------------------------------------------

export const isTimeout = (u: unknown): u is number | null =>
  u === null || (typeof u === 'number' && u >= 0);

export const isOptions = (u: unknown): u is object => typeof u === 'object' && u !== null;

export const notOptions = new InvalidArgument('options', 'must be an object');

export const notATimeout = new InvalidArgument(
  'timeout',
  'must be a number of seconds from 0 on, or null, which is for ever',
);

export const notAThreshold = new InvalidArgument(
  'stalledAfter',
  'must be a number of seconds above 0',
);

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Of many that are waited for. */
export interface Deadline {
  /** `null` is never. */
  readonly seconds: number | null;
  readonly backends: ReadonlySet<ResultBackend>;
  /** How many of them the store has not been asked for yet. */
  readonly unread: () => number;
  readonly end: () => void;
}

/** Calls `end` once the time is over and what has arrived in time has been taken. */
export const deadline = ({ seconds, backends, unread, end }: Deadline): Subscription => {
  const timers = new Subscription();
  const [first] = backends;
  if (first === undefined || seconds === null || seconds > MAX_SECONDS) return timers;
  const taken = inPieces(
    [...backends].map((backend) => backend.taken),
    backends.size,
  );
  /** Once more where there are fewer unread than `before`. */
  const wait = (duration: number, before: number, more: number): void => {
    const due = (): void => {
      taken(() => {
        if (timers.closed) return;
        const rest = unread();
        if (rest > 0 && rest < before) wait(more, rest, TO_LOOK);
        else end();
      });
    };
    timers.add(first.scheduler.schedule(due, duration * 1000));
  };
  if (seconds < TO_LOOK) wait(seconds, Number.POSITIVE_INFINITY, TO_LOOK - seconds);
  else wait(seconds, unread(), TO_LOOK);
  return timers;
};
