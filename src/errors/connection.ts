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
 * The make of a server: Redis has the results, and as a broker the messages; RabbitMQ the
 * messages alone.
 *
 * @category model
 * @since 0.1.0
 */
export type ServerKind = 'Redis' | 'RabbitMQ';

/** Told by the message already, `server` is none of the fields that are shown. */
abstract class OfServer<Tag extends string> extends Tagged<Tag> {
  readonly #server: ServerKind;
  constructor(server: ServerKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.#server = server;
  }
  /** Which server it is about. */
  get server(): ServerKind {
    return this.#server;
  }
}

/**
 * The server could not be reached, or the link to it broke. `sent` tells whether
 * the command may have run before that: where it is `false`, it surely did not.
 *
 * @category model
 * @since 0.1.0
 */
export class ConnectionError extends OfServer<'ConnectionError'> {
  readonly _tag = 'ConnectionError';
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
    super(server, `${server} at ${address}: ${reasonOf(cause)}`, { cause });
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
export class Unavailable extends OfServer<'Unavailable'> {
  readonly _tag = 'Unavailable';
  /** It surely did not run. */
  readonly sent = false;
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
    super(server, `${server} at ${address}: ${cause.message}`, { cause });
  }
}

/**
 * Nothing was heard from the server for so long that the reply is overdue. The command may have run.
 *
 * @category model
 * @since 0.1.0
 */
export class CommandTimeout extends OfServer<'CommandTimeout'> {
  readonly _tag = 'CommandTimeout';
  /** It may have run. */
  readonly sent = true;
  constructor(
    /** The command that is overdue. */
    readonly command: string,
    /** The first key or channel of the command. */
    readonly key: string,
    /** So long nothing was heard. */
    readonly seconds: number,
    server: ServerKind = 'Redis',
  ) {
    super(server, `${command} ${key}: no reply within ${seconds} s`);
  }
}

/**
 * The server refused the user name or password. With `provided` they came from a
 * `credentials` provider, which is asked again under the retry policy; else this is final.
 *
 * @category model
 * @since 0.1.0
 */
export class AuthenticationError extends OfServer<'AuthenticationError'> {
  readonly _tag = 'AuthenticationError';
  /** It surely did not run. */
  readonly sent = false;
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
    super(server, `${server} at ${address} refused the credentials: ${cause.message}`, { cause });
  }
}

/** A host with several addresses fails with one error for each, and says nothing itself. */
const reasonOf = (cause: Error): string =>
  cause instanceof AggregateError
    ? cause.errors
        .map((error) => (error instanceof Error ? error.message : String(error)))
        .join(', ')
    : cause.message || String(cause);
