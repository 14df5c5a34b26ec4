/**
 * Raw ioredis returning parts of chords: the script of chordis, one call for each part; and the
 * transaction of workers up to Celery 5.6, which count a part twice that comes twice.
 */
import { Redis } from 'ioredis';
import { chordPart } from '../../src/redis/scripts/chordPart.js';
import { groupKey } from '../chords.js';
import type { Peer } from '../peer.js';

const A_DAY = 86_400;
const CLAIM = 6;
const PIECE = 128 * 1024;

export const ioredisEvalsha: Peer = async (port) => {
  const redis = new Redis({ port });
  const sha = String(await redis.script('LOAD', chordPart));
  let token = 0;
  return {
    part: async (group, index, id, value) => {
      const reply = await redis.evalsha(
        ...[sha, 6],
        ...['.j', '.t', '.s', '.d', '', '.c'].map((suffix) => groupKey(group, suffix)),
        ...[1, A_DAY, A_DAY, CLAIM, PIECE, id, index, member(id, value), `?${token++}`],
      );
      if (!Array.isArray(reply) || reply[0] !== 0) throw new Error(`${reply}`);
    },
  };
};

export const ioredisMulti: Peer = async (port) => {
  const redis = new Redis({ port });
  return {
    part: async (group, index, id, value) => {
      const [parts, surplus, size] = ['.j', '.t', '.s'].map((suffix) => groupKey(group, suffix));
      const replies = await redis
        .multi()
        .zadd(parts ?? '', index, member(id, value))
        .zcount(parts ?? '', '-inf', '+inf')
        .get(surplus ?? '')
        .get(size ?? '')
        .expire(parts ?? '', A_DAY)
        .expire(surplus ?? '', A_DAY)
        .expire(size ?? '', A_DAY)
        .exec();
      for (const [error] of replies ?? [[new Error('The transaction was discarded')]]) {
        if (error) throw error;
      }
    },
  };
};

const member = (id: string, value: unknown): string => JSON.stringify([1, id, 'SUCCESS', value]);
