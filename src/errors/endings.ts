/**
 * What ends an operation that nobody refused.
 *
 * @since 0.1.0
 */
import { inspect } from 'node:util';
import { Tagged } from './tagged.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * The backend or consumer was closed.
 *
 * @category model
 * @since 0.1.0
 */
export class Closed extends Tagged<'Closed'> {
  readonly _tag = 'Closed';
  constructor(
    /** What was closed, such as `backend`. */
    readonly what: string,
  ) {
    super(`The ${what} is closed`);
  }
}

/**
 * The caller's `AbortSignal` ended the wait. `cause` is the signal's `reason`.
 *
 * @category model
 * @since 0.1.0
 */
export class Aborted extends Tagged<'Aborted'> {
  readonly _tag = 'Aborted';
  constructor(reason: unknown) {
    super('The wait was aborted by its signal', { cause: reason });
  }
}

/**
 * A function of the caller's threw, or something broke that has no better name.
 *
 * @category model
 * @since 0.1.0
 */
export class UnexpectedError extends Tagged<'UnexpectedError'> {
  readonly _tag = 'UnexpectedError';
  constructor(cause: unknown) {
    super(
      cause instanceof Error ? cause.message : typeof cause === 'string' ? cause : inspect(cause),
      {
        cause,
      },
    );
  }
}
