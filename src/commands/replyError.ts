/**
 * What ioredis rejects a command with, as a `ResultStoreError`.
 *
 * @since 0.1.0
 */

import type { Link } from '../connection/link.js';
import {
  AclError,
  AuthenticationError,
  CommandTimeout,
  ConnectionError,
  ResponseError,
  type ResultStoreError,
} from '../errors.js';

export const fromReply = (
  error: Error,
  link: Link,
  command: string,
  key: string,
): ResultStoreError => {
  if (error.message === 'Command timed out') {
    return new CommandTimeout(command, key, link.socketTimeout);
  }
  if (error.name !== 'ReplyError') return link.lost();
  const code = error.message.split(' ', 1)[0] ?? '';
  if (code === 'NOAUTH' || code === 'WRONGPASS') {
    return new AuthenticationError(link.address, error);
  }
  if (code === 'LOADING') return new ConnectionError(link.address, false, error);
  const rule = missingRule(error.message, key);
  return rule === undefined
    ? new ResponseError(code, command, key, error)
    : new AclError(rule, command, key, error);
};

/** The ACL rule that would allow what the reply refuses; ids in the key become a `*`. */
const missingRule = (reply: string, key: string): string | undefined => {
  const pattern = key.replace(/(celery-task-meta-|celery-taskset-meta-|chord-unlock-).*$/s, '$1*');
  if (/^NOPERM .*channel|can't publish to the channel/.test(reply)) return `&${pattern}`;
  const command = /^NOPERM .*'([^']+)' command/.exec(reply)?.[1];
  if (command !== undefined) return `+${command}`;
  if (/^NOPERM .*key|can't access at least one of the keys/.test(reply)) return `~${pattern}`;
  return /can't run this command/.test(reply) ? '+get +set +setex +publish' : undefined;
};
