/**
 * What goes wrong between here and the server.
 *
 * @since 0.1.0
 */
import { Tagged } from './tagged.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What is there: the store, or a broker that is none.
 *
 * @category model
 * @since 0.1.0
 */
export type ServerKind = 'Redis' | 'RabbitMQ';

/**
 * The server could not be reached, or the link to it broke. `sent` tells whether
 * the command may have run before that: where it is `false`, it surely did not.
 *
 * @category model
 * @since 0.1.0
 */
export class ConnectionError extends Tagged<'ConnectionError'> {
  readonly _tag = 'ConnectionError';
  readonly #server: ServerKind;
  /** The client's own error. */
  declare readonly cause: Error;
  constructor(
    /** Where it was looked for, without any password. */
    readonly address: string,
    /** Whether the command may have run. */
    readonly sent: boolean,
    cause: Error,
    server: ServerKind = 'Redis',
  ) {
    super(`${server} at ${address}: ${reasonOf(cause)}`, { cause });
    this.#server = server;
  }
  /** What is to be there. */
  get server(): ServerKind {
    return this.#server;
  }
}

/**
 * The server answered that it can't run the command now, and may later: it is busy with a
 * script, loads its data, has lost its master, has no room in a queue. The command was not
 * run, and the link lives. `code` is what the server calls it, such as `BUSY`, `LOADING` or
 * `NACK`.
 *
 * @category model
 * @since 0.1.0
 */
export class Unavailable extends Tagged<'Unavailable'> {
  readonly _tag = 'Unavailable';
  /** It surely did not run. */
  readonly sent = false;
  readonly #server: ServerKind;
  /** The client's own error. */
  declare readonly cause: Error;
  constructor(
    /** The first word of the server's answer. */
    readonly code: string,
    /** Where it was looked for, without any password. */
    readonly address: string,
    cause: Error,
    server: ServerKind = 'Redis',
  ) {
    super(`${server} at ${address}: ${cause.message}`, { cause });
    this.#server = server;
  }
  /** What is there. */
  get server(): ServerKind {
    return this.#server;
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
  /** It may have run. */
  readonly sent = true;
  readonly #server: ServerKind;
  constructor(
    /** The command that is overdue. */
    readonly command: string,
    /** The first key or channel of the command. */
    readonly key: string,
    /** So long nothing was heard. */
    readonly seconds: number,
    server: ServerKind = 'Redis',
  ) {
    super(`${command} ${key}: no reply within ${seconds} s`);
    this.#server = server;
  }
  /** What is silent. */
  get server(): ServerKind {
    return this.#server;
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
  /** It surely did not run. */
  readonly sent = false;
  readonly #server: ServerKind;
  /** The client's own error. */
  declare readonly cause: Error;
  constructor(
    /** Where it was looked for, without any password. */
    readonly address: string,
    cause: Error,
    /** Whether a `credentials` provider gave them. */
    readonly provided = false,
    server: ServerKind = 'Redis',
  ) {
    super(`${server} at ${address} refused the credentials: ${cause.message}`, { cause });
    this.#server = server;
  }
  /** What is there. */
  get server(): ServerKind {
    return this.#server;
  }
}

/** A host with several addresses fails with one error for each, and says nothing itself. */
const reasonOf = (cause: Error): string =>
  cause instanceof AggregateError
    ? cause.errors
        .map((error) => (error instanceof Error ? error.message : String(error)))
        .join(', ')
    : cause.message || String(cause);
