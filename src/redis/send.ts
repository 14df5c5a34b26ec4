/**
 * One command over one link: its reply, or what stood in its way.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Redis } from 'ioredis';
import { ConnectionError, type ResultStoreError } from '../errors/errors.js';
import type { Result, Run } from '../operation/run.js';
import type { Link } from './link.js';
import { fromReplyError } from './replyError.js';

/** What an error tells of a command, and the ACL rule that a script needs. */
export interface Named {
  readonly command: string;
  readonly key: string;
  readonly rule?: string;
}

/** A link that can't serve what it was asked is dropped: the next one may lead elsewhere. */
export const send =
  <A>(link: Link, named: Named, call: (redis: Redis) => Promise<A>): Run<A> =>
  (settle) => {
    let isCancelled = false;
    const end = (result: Result<A>): void => {
      link.silence.end();
      if (!isCancelled) settle(result);
    };
    const replied = call(link.redis);
    link.silence.begin();
    replied.then(
      (reply) => end(E.right(reply)),
      (reason) => {
        const failure = failureOf(reason, link, named);
        if (failure instanceof ConnectionError) link.reset();
        end(E.left(failure));
      },
    );
    return () => {
      isCancelled = true;
    };
  };

/** A client that has lost its socket rejects with errors of its own making. */
export const failureOf = (reason: unknown, link: Link, named: Named): ResultStoreError => {
  const error = E.toError(reason);
  return error.name === 'ReplyError'
    ? fromReplyError(error, { address: link.address, provided: link.provided, ...named })
    : link.lost(named.command, named.key);
};

/** Many keys in an error's text: the first, and how many more. */
export const described = (keys: ReadonlyArray<string>): string =>
  keys.length > 1 ? `${keys[0]} and ${keys.length - 1} more` : (keys[0] ?? '');
