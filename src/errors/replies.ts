/**
 * What the server refuses of a command that it was able to run.
 *
 * @since 0.1.0
 */
import { Tagged } from './tagged.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * The Redis user lacks a permission. `rule` is the ACL rule that would grant it.
 *
 * @category model
 * @since 0.1.0
 */
export class AclError extends Tagged<'AclError'> {
  readonly _tag = 'AclError';
  /** The client's own error. */
  declare readonly cause: Error;
  constructor(
    /** The ACL rule that would grant it, such as `+subscribe`. */
    readonly rule: string,
    /** The command that was refused. */
    readonly command: string,
    /** The first key or channel of the command. */
    readonly key: string,
    cause: Error,
  ) {
    super(`${command} ${key}: the Redis user needs the ACL rule ${rule} (${cause.message})`, {
      cause,
    });
  }
}

/**
 * An error reply from Redis or RabbitMQ; `code` is its first word, such as `WRONGTYPE` or
 * `PRECONDITION_FAILED`.
 *
 * @category model
 * @since 0.1.0
 */
export class ResponseError extends Tagged<'ResponseError'> {
  readonly _tag = 'ResponseError';
  /** The client's own error. */
  declare readonly cause: Error;
  constructor(
    /** The first word of the reply. */
    readonly code: string,
    /** The command that was refused. */
    readonly command: string,
    /** The first key or channel of the command. */
    readonly key: string,
    cause: Error,
  ) {
    super(`${command} ${key}: ${cause.message}`, { cause });
  }
}
