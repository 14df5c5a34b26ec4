/**
 * `ResultStoreError`: everything that can go wrong, as one tagged union of real
 * `Error` objects. The same value reaches a `Left` in fp-ts and an error
 * notification in RxJS.
 *
 * @since 0.1.0
 */
import type {
  AuthenticationError,
  CommandTimeout,
  ConnectionError,
  Unavailable,
} from './connection.js';
import { type Aborted, type Closed, UnexpectedError } from './endings.js';
import type { OfflineQueueFull, ValueTooLarge } from './limits.js';
import type { AclError, ResponseError } from './replies.js';
import type { ImproperlyConfigured, InvalidArgument } from './requests.js';
import type { InvalidResult, ResultCancelled, ResultTimeout, TaskFailed } from './results.js';
import { Tagged } from './tagged.js';
import type { ContentDisallowed, DecodeError, EncodeError } from './values.js';

export { AuthenticationError, CommandTimeout, ConnectionError, Unavailable } from './connection.js';
export { Aborted, Closed, UnexpectedError } from './endings.js';
export { OfflineQueueFull, ValueTooLarge } from './limits.js';
export { AclError, ResponseError } from './replies.js';
export { ImproperlyConfigured, InvalidArgument } from './requests.js';
export {
  InvalidResult,
  ResultCancelled,
  ResultTimeout,
  type SchemaIssue,
  TaskFailed,
} from './results.js';
export type { ErrorJson } from './tagged.js';
export { ContentDisallowed, DecodeError, EncodeError } from './values.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * All that an operation or a stream can fail with; told apart by `_tag`.
 *
 * @category model
 * @since 0.1.0
 */
export type ResultStoreError =
  | Aborted
  | AclError
  | AuthenticationError
  | ChordError
  | Closed
  | CommandTimeout
  | ConnectionError
  | ContentDisallowed
  | DecodeError
  | EncodeError
  | ImproperlyConfigured
  | InvalidArgument
  | InvalidResult
  | OfflineQueueFull
  | ResponseError
  | ResultCancelled
  | ResultTimeout
  | RetryLimitExceeded
  | TaskFailed
  | Unavailable
  | UnexpectedError
  | ValueTooLarge;

/**
 * The retry policy is spent. `cause` is the last error.
 *
 * @category model
 * @since 0.1.0
 */
export class RetryLimitExceeded extends Tagged<'RetryLimitExceeded'> {
  readonly _tag = 'RetryLimitExceeded';
  /** The error of the last try. */
  declare readonly cause: ResultStoreError;
  constructor(
    /** How many times it was tried again. */
    readonly retries: number,
    cause: ResultStoreError,
  ) {
    super(`Retry limit exceeded after ${retries} retries: ${cause.message}`, { cause });
  }
}

/**
 * A chord or a join can't complete: `Dependency <id> raised <exception>`. `cause` is the
 * member's `TaskFailed`, where a member failed. Celery: `ChordError`.
 *
 * @category model
 * @since 0.1.0
 */
export class ChordError extends Tagged<'ChordError'> {
  readonly _tag = 'ChordError';
  /** What the member failed with. */
  declare readonly cause: ResultStoreError | undefined;
  constructor(message: string, cause?: ResultStoreError) {
    super(message, cause && { cause });
  }
}

type Tag = ResultStoreError['_tag'];

/** The error with this tag. */
type Of<T extends Tag> = Extract<ResultStoreError, { readonly _tag: T }>;

// -------------------------------------------------------------------------------------
// refinements
// -------------------------------------------------------------------------------------

/**
 * Whether an error is one of these.
 *
 * @category refinements
 * @since 0.1.0
 */
export const isResultStoreError = (u: unknown): u is ResultStoreError => u instanceof Tagged;

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * Any thrown value as a `ResultStoreError`; one that is already is left alone.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromUnknown = (u: unknown): ResultStoreError =>
  isResultStoreError(u) ? u : new UnexpectedError(u);

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/**
 * Exhaustive by tag: leaving a case out does not compile. All cases give the same type;
 * `foldW` is for cases that don't.
 *
 * @category destructors
 * @since 0.1.0
 */
export const fold = <B>(
  cases: { readonly [T in Tag]: (error: Of<T>) => B },
): ((error: ResultStoreError) => B) => foldOr<Tag, B, never>(cases, (none) => none);

/**
 * `fold` with cases that may differ in type: exhaustive too, and its value is of any of
 * their types. As everywhere in fp-ts, the `W` says that it widens.
 *
 * @category destructors
 * @since 0.1.0
 */
export const foldW = <Cases extends { readonly [T in Tag]: (error: Of<T>) => unknown }>(
  cases: Cases,
): ((error: ResultStoreError) => ReturnType<Cases[Tag]>) =>
  fold(cases as { readonly [T in Tag]: (error: Of<T>) => ReturnType<Cases[Tag]> });

/**
 * The cases that matter, and one for all the others, which is given what they leave over.
 * The types of the two may differ.
 *
 * @example
 * import { foldErrorOr, ResultTimeout, Closed } from 'chordis'
 *
 * const statusOf = foldErrorOr(
 *   {
 *     TaskFailed: () => 422,
 *     ResultTimeout: () => 504,
 *   },
 *   () => 500,
 * )
 * console.log(statusOf(new ResultTimeout('4f1b', 10))) // => 504
 * console.log(statusOf(new Closed('backend'))) // => 500
 *
 * @category destructors
 * @since 0.1.0
 */
export const foldOr =
  <T extends Tag, A, B>(
    cases: { readonly [K in T]: (error: Of<K>) => A },
    otherwise: (error: Exclude<ResultStoreError, Of<T>>) => B,
  ) =>
  (error: ResultStoreError): A | B => {
    const found: Readonly<Record<string, unknown>> = cases;
    const fold = Object.hasOwn(found, error._tag) ? found[error._tag] : otherwise;
    return (fold as (error: ResultStoreError) => A | B)(error);
  };
