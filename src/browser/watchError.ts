/**
 * `WatchError`: all that ends a stream of a page before its task is ready, as one tagged union
 * of real `Error` objects. What time may mend, such as a lost network or a server that is
 * started again, is none of these: it is tried anew.
 *
 * @since 0.1.0
 */

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * The server does not tell of it: `status` is 403 where that is not permitted, 404 for a group
 * that is not saved, and 401 where it does not know who asks.
 *
 * @category model
 * @since 0.1.0
 */
export class Refused extends Error {
  readonly _tag = 'Refused';
  override readonly name = 'Refused';
  constructor(readonly status: number) {
    super(`The server refuses to tell: HTTP ${status}`);
  }
}

/**
 * The server can't tell how the task ends: it was forgotten, or what is stored cannot be read.
 * `reason` is the `_tag` of its error.
 *
 * @category model
 * @since 0.1.0
 */
export class TaskLost extends Error {
  readonly _tag = 'TaskLost';
  override readonly name = 'TaskLost';
  constructor(
    readonly taskId: string,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * A result that is not what the codec given for it says. `issues` are the codec's own.
 *
 * @category model
 * @since 0.1.0
 */
export class InvalidState extends Error {
  readonly _tag = 'InvalidState';
  override readonly name = 'InvalidState';
  constructor(
    readonly taskId: string,
    readonly issues: ReadonlyArray<unknown>,
  ) {
    super(`Task ${taskId}: its codec refuses the result`);
  }
}

/**
 * The `AbortSignal` ended it. `cause` is the signal's `reason`.
 *
 * @category model
 * @since 0.1.0
 */
export class Aborted extends Error {
  readonly _tag = 'Aborted';
  override readonly name = 'Aborted';
  constructor(reason: unknown) {
    super('The wait was aborted by its signal', { cause: reason });
  }
}

/**
 * A URL that does not name what is to be watched.
 *
 * @category model
 * @since 0.1.0
 */
export class BadAddress extends Error {
  readonly _tag = 'BadAddress';
  override readonly name = 'BadAddress';
  constructor(
    readonly url: string,
    readonly problem: string,
  ) {
    super(`${url}: ${problem}`);
  }
}

/**
 * All that a stream of a page fails with, told apart by `_tag`.
 *
 * @category model
 * @since 0.1.0
 */
export type WatchError = Aborted | BadAddress | InvalidState | Refused | TaskLost;
