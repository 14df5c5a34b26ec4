/**
 * Running a Lua script by its hash, and by its text where the server has not seen it.
 *
 * @since 0.1.0
 */
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** Runs with keys and arguments; replies come as bytes. */
export type Script = (
  redis: Redis,
  keys: ReadonlyArray<string>,
  args: ReadonlyArray<string | Buffer | number>,
) => Promise<unknown>;

export const script = (lua: string): Script => {
  const sha = createHash('sha1').update(lua).digest('hex');
  return async (redis, keys, args) => {
    try {
      return await redis.callBuffer('EVALSHA', sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.callBuffer('EVAL', lua, keys.length, ...keys, ...args);
    }
  };
};
