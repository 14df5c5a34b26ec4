/**
 * Which server a link leads to, by the id that a server gives itself when it starts. It is
 * asked once for each socket.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { isConnectionError } from '../errors/retryable.js';
import { chain, continueWith, type Result, type Run, settled } from '../operation/run.js';
import type { ConnectionPool } from './pool.js';
import { send } from './send.js';

/** By their sockets. */
const known = new WeakMap<object, string | null>();

/** Null where the server does not tell, or not this user. */
export const serverId = (pool: ConnectionPool): Run<string | null> =>
  pipe(
    pool.link,
    chain((link) => {
      const { stream } = link.redis;
      const told = known.get(stream);
      if (told !== undefined) return settled(E.right(told));
      const info = send(link, { command: 'INFO', key: '' }, (redis) => redis.info('server'));
      return continueWith(info, (result): Run<string | null> => {
        if (E.isLeft(result) && isConnectionError(result.left)) return settled(result);
        const id = idIn(result);
        known.set(stream, id);
        return settled(E.right(id));
      });
    }),
  );

const idIn = (info: Result<string>): string | null =>
  (E.isRight(info) && /^run_id:([0-9a-f]{40})\r?$/m.exec(info.right)?.[1]) || null;
