/**
 * Which errors are worth a retry: the one place that says so.
 *
 * | error | may the command have run? | retried |
 * |---|---|---|
 * | `ConnectionError` | as its `sent` says | yes |
 * | `CommandTimeout` | yes | yes |
 * | `Unavailable` | no | yes |
 * | `AuthenticationError` | no | where a provider gave the credentials |
 * | any other | | no |
 *
 * @since 0.1.0
 */
import {
  AuthenticationError,
  CommandTimeout,
  ConnectionError,
  type ResultStoreError,
  Unavailable,
} from './errors.js';

// -------------------------------------------------------------------------------------
// refinements
// -------------------------------------------------------------------------------------

/** A lost or refused connection, or a server that is not able to serve now: the command may do better later. */
export const isConnectionError = (
  error: unknown,
): error is ConnectionError | CommandTimeout | Unavailable | AuthenticationError =>
  error instanceof ConnectionError ||
  error instanceof CommandTimeout ||
  error instanceof Unavailable ||
  (error instanceof AuthenticationError && error.provided);

/** The command surely never ran, so that running it is not running it twice. */
export const wasNeverSent = (error: ResultStoreError): boolean =>
  isConnectionError(error) && !error.sent;
