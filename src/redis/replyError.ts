/**
 * What Redis answers in place of a reply, as a `ResultStoreError`: typed, and without the
 * arguments of the command, which ioredis and some servers repeat.
 *
 * @since 0.1.0
 */
import {
  AclError,
  AuthenticationError,
  ConnectionError,
  ResponseError,
  type ResultStoreError,
  Unavailable,
} from '../errors/errors.js';
import { redacted, type Sent } from './redacted.js';
import { refusal } from './replies.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What was asked, as an error tells it, and of whom. */
export interface Asked {
  readonly address: string;
  readonly command: string;
  readonly key: string;
  /** Whether the credentials are a provider's. */
  readonly provided?: boolean;
  /** The ACL rule that a script needs, where the server does not say. */
  readonly rule?: string;
}

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

export const fromReplyError = (
  error: Error & { readonly command?: Sent },
  { address, command, key, provided, rule = '+@scripting' }: Asked,
): ResultStoreError => {
  const { meaning, code, message } = refusal(error.message);
  const cause = new Error(redacted(message, error.command));
  switch (meaning) {
    case 'NotYet':
      return new Unavailable(code, address, cause);
    case 'OtherLink':
      return new ConnectionError(address, false, cause);
    case 'Credentials':
      return new AuthenticationError(address, cause, provided);
    case 'Permission':
      return new AclError(missingRule(message, key) ?? rule, command, key, cause);
    case 'Refused':
      return new ResponseError(code, command, key, cause);
  }
};

/**
 * The ACL rule that would allow what the reply refuses; ids in the key become a `*`.
 * A script is refused in words of its own, which differ from Redis 7.0 to 7.2.
 */
const missingRule = (reply: string, key: string): string | undefined => {
  const command = /'([^']+)' command/.exec(reply)?.[1];
  if (command !== undefined) return `+${command}`;
  const pattern = key.replace(/(celery-task-meta-|celery-taskset-meta-|chord-unlock-).*$/s, '$1*');
  if (/channel/.test(reply)) return `&${pattern}`;
  return /key/.test(reply) ? `~${pattern}` : undefined;
};
