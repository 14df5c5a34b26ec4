/**
 * One command over one link: its reply, or what stood in its way.
 *
 * @since 0.1.0
 */
import type { Redis } from 'ioredis';
import * as Rx from 'rxjs';
import { CommandTimeout, type ResultStoreError } from '../errors/errors.js';
import type { Link } from './link.js';
import { fromReplyError } from './replyError.js';

/**
 * `command` and `key` are what an error tells of it. A link whose command got no reply
 * in time is dropped: nobody would take what it still brings.
 */
export const send =
  <A>(command: string, key: string, run: (redis: Redis) => Promise<A>) =>
  (link: Link): Rx.Observable<A> =>
    Rx.defer(() => run(link.redis)).pipe(
      Rx.catchError((error: Error) => {
        const failure = fromRejection(error, link, command, key);
        if (failure instanceof CommandTimeout) link.reset();
        return Rx.throwError(() => failure);
      }),
    );

const fromRejection = (
  error: Error,
  link: Link,
  command: string,
  key: string,
): ResultStoreError => {
  if (error.name === 'ReplyError') return fromReplyError(error, link.address, command, key);
  return error.message === 'Command timed out'
    ? new CommandTimeout(command, key, link.socketTimeout)
    : link.lost();
};

/** Many keys in an error's text: the first, and how many more. */
export const described = (keys: ReadonlyArray<string>): string =>
  keys.length > 1 ? `${keys[0]} and ${keys.length - 1} more` : (keys[0] ?? '');
