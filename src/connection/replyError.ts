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
} from '../errors.js';

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

/** The ACL rule that would allow what the reply refuses; ids in the key become a `*`. */
const missingRule = (reply: string, key: string): string | undefined => {
  const pattern = key.replace(/(celery-task-meta-|celery-taskset-meta-|chord-unlock-).*$/s, '$1*');
  if (/^NOPERM .*channel|can't publish to the channel/.test(reply)) return `&${pattern}`;
  const command = /^NOPERM .*'([^']+)' command/.exec(reply)?.[1];
  if (command !== undefined) return `+${command}`;
  if (/^NOPERM .*key|can't access at least one of the keys/.test(reply)) return `~${pattern}`;
  return /can't run this command/.test(reply) ? '+get +set +setex +publish' : undefined;
};
