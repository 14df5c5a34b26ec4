/**
 * What Celery's line on a lost connection leaves out: which server, and why.
 *
 * @since 0.1.0
 */
import {
  AuthenticationError,
  CommandTimeout,
  ConnectionError,
  type ResultStoreError,
  Unavailable,
} from '../errors/errors.js';

/**
 * In words that are the same for each operation that met it, so that a log can tell them
 * once; nothing for an error that is none of a link's own.
 */
export const outageMessage = (error: ResultStoreError): string | undefined => {
  if (error instanceof ConnectionError) {
    return `${error.sent ? 'Lost the connection' : 'Could not connect'}: ${error.message}`;
  }
  if (error instanceof CommandTimeout) return `No reply from Redis within ${error.seconds} s`;
  if (error instanceof Unavailable || error instanceof AuthenticationError) return error.message;
  return undefined;
};
