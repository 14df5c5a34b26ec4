/**
 * What Redis answers in place of a reply, as a `ResultStoreError`.
 *
 * @since 0.1.0
 */
import {
  AclError,
  AuthenticationError,
  ConnectionError,
  ResponseError,
  type ResultStoreError,
} from '../errors/errors.js';

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/** `command` and `key` are what the error tells of what was asked. */
export const fromReplyError = (
  error: Error,
  address: string,
  command: string,
  key: string,
): ResultStoreError => {
  if (CREDENTIALS.test(error.message)) return new AuthenticationError(address, error);
  if (NOT_YET.test(error.message)) return new ConnectionError(address, false, error);
  const rule = missingRule(error.message, key);
  if (rule !== undefined) return new AclError(rule, command, key, error);
  const [code = ''] = error.message.split(' ', 1);
  return new ResponseError(code, command, key, error);
};

const CREDENTIALS =
  /^(WRONGPASS|NOAUTH|ERR (invalid password|Client sent AUTH|AUTH <password> called))/;

/** The command was not run, and may well be in a while. */
const NOT_YET = /^(LOADING|ERR max number of clients reached)/;

/**
 * The ACL rule that would allow what the reply refuses; ids in the key become a `*`.
 * A script is refused in words of its own, which differ from Redis 7.0 to 7.2.
 */
const missingRule = (reply: string, key: string): string | undefined => {
  if (!/^NOPERM|^ERR (ACL failure in script|The user executing the script)/.test(reply)) return;
  const command = /'([^']+)' command/.exec(reply)?.[1];
  if (command !== undefined) return `+${command}`;
  const pattern = key.replace(/(celery-task-meta-|celery-taskset-meta-|chord-unlock-).*$/s, '$1*');
  if (/channel/.test(reply)) return `&${pattern}`;
  return /key/.test(reply) ? `~${pattern}` : '+get +set +setex +publish';
};
