/**
 * `ResultStoreError`: everything that can go wrong, as one tagged union of real
 * `Error` objects. The same value reaches a `Left` in fp-ts and an error
 * notification in RxJS.
 *
 * @since 0.1.0
 */
import { inspect } from 'node:util';
import type * as t from 'io-ts';
import type { TaskException } from './taskException.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

// Fields named as one of Error's own are declared, not assigned: Error sets them.
abstract class Tagged<Tag extends string> extends Error {
  abstract readonly _tag: Tag;
  override get name(): string {
    return this._tag;
  }
}

/**
 * An option, URL or setting that cannot work. Celery: `ImproperlyConfigured`.
 *
 * @category model
 * @since 0.1.0
 */
export class ImproperlyConfigured extends Tagged<'ImproperlyConfigured'> {
  readonly _tag = 'ImproperlyConfigured';
  constructor(
    readonly option: string,
    readonly problem: string,
  ) {
    super(`${option}: ${problem}`);
  }
}

/**
 * An argument of a call that cannot work, such as an empty task id.
 *
 * @category model
 * @since 0.1.0
 */
export class InvalidArgument extends Tagged<'InvalidArgument'> {
  readonly _tag = 'InvalidArgument';
  constructor(
    readonly argument: string,
    readonly problem: string,
  ) {
    super(`${argument} ${problem}`);
  }
}

/**
 * The server could not be reached, or the link to it broke. `sent` tells whether
 * the command may have run before that: where it is `false`, it surely did not.
 *
 * @category model
 * @since 0.1.0
 */
export class ConnectionError extends Tagged<'ConnectionError'> {
  readonly _tag = 'ConnectionError';
  declare readonly cause: Error;
  constructor(
    readonly address: string,
    readonly sent: boolean,
    cause: Error,
  ) {
    super(`Redis at ${address}: ${reasonOf(cause)}`, { cause });
  }
}

/** A host with several addresses fails with one error for each, and says nothing itself. */
const reasonOf = (cause: Error): string =>
  cause instanceof AggregateError
    ? cause.errors
        .map((error) => (error instanceof Error ? error.message : String(error)))
        .join(', ')
    : cause.message || String(cause);

/**
 * The server answered that it can't run the command now, and may later: it is busy with a
 * script, loads its data, has lost its master. The command was not run, and the link lives.
 * `code` is what Redis calls it, such as `BUSY` or `LOADING`.
 *
 * @category model
 * @since 0.1.0
 */
export class Unavailable extends Tagged<'Unavailable'> {
  readonly _tag = 'Unavailable';
  readonly sent = false;
  declare readonly cause: Error;
  constructor(
    readonly code: string,
    readonly address: string,
    cause: Error,
  ) {
    super(`Redis at ${address}: ${cause.message}`, { cause });
  }
}

/**
 * Nothing was heard from the server for so long that the reply is overdue. The command may have run.
 *
 * @category model
 * @since 0.1.0
 */
export class CommandTimeout extends Tagged<'CommandTimeout'> {
  readonly _tag = 'CommandTimeout';
  readonly sent = true;
  constructor(
    readonly command: string,
    readonly key: string,
    readonly seconds: number,
  ) {
    super(`${command} ${key}: no reply within ${seconds} s`);
  }
}

/**
 * Too many operations are waiting for a connection already; this one was not queued.
 *
 * @category model
 * @since 0.1.0
 */
export class OfflineQueueFull extends Tagged<'OfflineQueueFull'> {
  readonly _tag = 'OfflineQueueFull';
  constructor(readonly limit: number) {
    super(`${limit} operations are waiting for a connection to Redis already (maxOfflineQueue)`);
  }
}

/**
 * The server refused the user name or password. With `provided` they came from a
 * `credentials` provider, which is asked again under the retry policy; else this is final.
 *
 * @category model
 * @since 0.1.0
 */
export class AuthenticationError extends Tagged<'AuthenticationError'> {
  readonly _tag = 'AuthenticationError';
  readonly sent = false;
  declare readonly cause: Error;
  constructor(
    readonly address: string,
    cause: Error,
    readonly provided = false,
  ) {
    super(`Redis at ${address} refused the credentials: ${cause.message}`, { cause });
  }
}

/**
 * The Redis user lacks a permission. `rule` is the ACL rule that would grant it.
 *
 * @category model
 * @since 0.1.0
 */
export class AclError extends Tagged<'AclError'> {
  readonly _tag = 'AclError';
  declare readonly cause: Error;
  constructor(
    readonly rule: string,
    readonly command: string,
    readonly key: string,
    cause: Error,
  ) {
    super(`${command} ${key}: the Redis user needs the ACL rule ${rule} (${cause.message})`, {
      cause,
    });
  }
}

/**
 * An error reply from Redis; `code` is its first word, such as `WRONGTYPE`.
 *
 * @category model
 * @since 0.1.0
 */
export class ResponseError extends Tagged<'ResponseError'> {
  readonly _tag = 'ResponseError';
  declare readonly cause: Error;
  constructor(
    readonly code: string,
    readonly command: string,
    readonly key: string,
    cause: Error,
  ) {
    super(`${command} ${key}: ${cause.message}`, { cause });
  }
}

/**
 * A value over what a Redis string can hold (512 MB). Celery: `BackendStoreError`.
 *
 * @category model
 * @since 0.1.0
 */
export class ValueTooLarge extends Tagged<'ValueTooLarge'> {
  readonly _tag = 'ValueTooLarge';
  constructor(
    readonly key: string,
    readonly bytes: number,
    readonly limit: number,
  ) {
    super(`${key}: value too large for Redis backend (${bytes} bytes, at most ${limit})`);
  }
}

/**
 * A value that has no form on the wire. `path` leads to it, as `$.result[2]`.
 *
 * @category model
 * @since 0.1.0
 */
export class EncodeError extends Tagged<'EncodeError'> {
  readonly _tag = 'EncodeError';
  constructor(
    readonly path: string,
    readonly problem: string,
  ) {
    super(`${path}: ${problem}`);
  }
}

/**
 * Bytes that are not what their key promises. `bytes` are not shown where the error is printed.
 *
 * @category model
 * @since 0.1.0
 */
export class DecodeError extends Tagged<'DecodeError'> {
  readonly _tag = 'DecodeError';
  readonly #bytes: Uint8Array;
  constructor(
    readonly key: string,
    bytes: Uint8Array,
    readonly problem: string,
  ) {
    super(`${key}: ${problem}`);
    this.#bytes = bytes;
  }
  /** What the key holds, or the message brought. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }
}

/**
 * What a Standard Schema says of a value that it refuses.
 *
 * @category model
 * @since 0.1.0
 */
export interface SchemaIssue {
  /** What is wrong, in the schema's own words, which may quote the value. */
  readonly message: string;
  /** Where, from the outside in. */
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}

/**
 * A result that is not what the codec given for it says. `value` and `issues` are not shown
 * where the error is printed.
 *
 * @category model
 * @since 0.1.0
 */
export class InvalidResult extends Tagged<'InvalidResult'> {
  readonly _tag = 'InvalidResult';
  readonly #value: unknown;
  readonly #issues: t.Errors | ReadonlyArray<SchemaIssue>;
  constructor(
    readonly taskId: string,
    value: unknown,
    readonly problem: string,
    issues: t.Errors | ReadonlyArray<SchemaIssue> = [],
  ) {
    super(`Task ${taskId}: ${problem}`);
    this.#value = value;
    this.#issues = issues;
  }
  /** The result as it is stored. */
  get value(): unknown {
    return this.#value;
  }
  /** The codec's own errors, for a reporter of yours: io-ts's, or a Standard Schema's issues. */
  get issues(): t.Errors | ReadonlyArray<SchemaIssue> {
    return this.#issues;
  }
}

/**
 * A serializer that may not be read or is refused, such as pickle. Kombu: `ContentDisallowed`.
 *
 * @category model
 * @since 0.1.0
 */
export class ContentDisallowed extends Tagged<'ContentDisallowed'> {
  readonly _tag = 'ContentDisallowed';
  constructor(
    readonly contentType: string,
    readonly problem: string,
  ) {
    super(`${contentType}: ${problem}`);
  }
}

/**
 * The task itself failed or was revoked; what Python's `AsyncResult.get()` would raise.
 *
 * @category model
 * @since 0.1.0
 */
export class TaskFailed extends Tagged<'TaskFailed'> {
  readonly _tag = 'TaskFailed';
  readonly excType: string;
  readonly excModule: string | null;
  readonly args: ReadonlyArray<unknown>;
  constructor(
    readonly taskId: string,
    readonly state: string,
    readonly exception: TaskException,
    readonly traceback: string | null,
  ) {
    super(`Task ${taskId} ${state}: ${exception.repr}`);
    this.excType = exception.excType;
    this.excModule = exception.excModule;
    this.args = exception.args;
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
  declare readonly cause: ResultStoreError | undefined;
  constructor(message: string, cause?: ResultStoreError) {
    super(message, cause && { cause });
  }
}

/**
 * The result did not arrive in time. Celery: `TimeoutError`.
 *
 * @category model
 * @since 0.1.0
 */
export class ResultTimeout extends Tagged<'ResultTimeout'> {
  readonly _tag = 'ResultTimeout';
  constructor(
    readonly taskId: string,
    readonly seconds: number,
  ) {
    super(
      `Task ${taskId} has no result after ${seconds} s; give get() a longer { timeout } to wait on`,
    );
  }
}

/**
 * The wait was cancelled: the task was forgotten, or its consumption cancelled.
 *
 * @category model
 * @since 0.1.0
 */
export class ResultCancelled extends Tagged<'ResultCancelled'> {
  readonly _tag = 'ResultCancelled';
  constructor(readonly taskId: string) {
    super(`Task ${taskId}: the wait was cancelled before a result arrived`);
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
 * The retry policy is spent. `cause` is the last error.
 *
 * @category model
 * @since 0.1.0
 */
export class RetryLimitExceeded extends Tagged<'RetryLimitExceeded'> {
  readonly _tag = 'RetryLimitExceeded';
  declare readonly cause: ResultStoreError;
  constructor(
    readonly retries: number,
    cause: ResultStoreError,
  ) {
    super(`Retry limit exceeded after ${retries} retries: ${cause.message}`, { cause });
  }
}

/**
 * The backend or consumer was closed.
 *
 * @category model
 * @since 0.1.0
 */
export class Closed extends Tagged<'Closed'> {
  readonly _tag = 'Closed';
  constructor(readonly what: string) {
    super(`The ${what} is closed`);
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
 * Exhaustive by tag: leaving a case out does not compile.
 *
 * @category destructors
 * @since 0.1.0
 */
export const fold =
  <B>(cases: { readonly [E in ResultStoreError as E['_tag']]: (error: E) => B }) =>
  (error: ResultStoreError): B =>
    (cases[error._tag] as (error: ResultStoreError) => B)(error);
