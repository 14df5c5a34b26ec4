/**
 * The port's commands for chords over ioredis, nearly each a script.
 *
 * @since 0.1.0
 */
import { constVoid, pipe } from 'fp-ts/lib/function.js';
import type { Redis } from 'ioredis';
import { perTick } from '../operation/perTick.js';
import { chain, map, type Run } from '../operation/run.js';
import { type ChordCommands, sizeOf } from '../port/chords.js';
import type { Delivery } from '../wire/kombuDeliveries.js';
import { BUDGET, bytes, keysOf, parts, pieceOf, rule } from './parts.js';
import type { ConnectionPool } from './pool.js';
import { script } from './script.js';
import { chordCleanUp } from './scripts/chordCleanUp.js';
import { chordDispatch } from './scripts/chordDispatch.js';
import { chordExtend } from './scripts/chordExtend.js';
import { chordLook } from './scripts/chordLook.js';
import { chordParts } from './scripts/chordParts.js';
import { chordRelease } from './scripts/chordRelease.js';
import { chordSize } from './scripts/chordSize.js';
import { send } from './send.js';
import { serverId } from './serverId.js';

const runs = {
  resize: script(chordSize),
  parts: script(chordParts),
  dispatch: script(chordDispatch),
  extend: script(chordExtend),
  cleanUp: script(chordCleanUp),
  release: script(chordRelease),
  look: script(chordLook),
};

/** How many entries of `.d` are read at once, about. */
const SCANNED = 1000;

/** Each is sent over a link of `pool`. */
export const chordCommands = (pool: ConnectionPool, db: number): ChordCommands => {
  const command = <A>(key: string, call: (redis: Redis) => Promise<A>, needs = rule): Run<A> =>
    pipe(
      pool.link,
      chain((link) => send(link, { command: 'EVALSHA', key, rule: needs }, call)),
    );
  const isOne = (reply: unknown): boolean => reply === 1;
  return {
    part: perTick(parts(pool)),
    resize: ({ claim, size: key }, size, expires) =>
      pipe(
        command(key, (redis) => runs.resize(redis, [claim, key], [size, expires])),
        map(constVoid),
      ),
    save: (key, value, expires) =>
      pipe(
        command(key, (redis) =>
          expires === 0 ? redis.set(key, value) : redis.set(key, value, 'EX', expires),
        ),
        map(constVoid),
      ),
    parts: ({ keys, ordered }, { at, from }) =>
      pipe(
        command(keys.parts, (redis) =>
          runs.parts(redis, [keys.parts], [Number(ordered), at, from, BUDGET]),
        ),
        map((reply) => pieceOf(reply as ReadonlyArray<unknown>)),
      ),
    counted: ({ counted }, from) =>
      pipe(
        command(counted, (redis) => redis.sscan(counted, from ?? '0', 'COUNT', SCANNED)),
        map(([next, entries]) => ({ entries, next: next === '0' ? null : next })),
      ),
    saved: ({ saved }, from) =>
      command(saved, (redis) => redis.getrangeBuffer(saved, from, from + BUDGET - 1)),
    dispatch: (body) =>
      pipe(
        command(
          body.keys.claim,
          (redis) => {
            const { parts, surplus, size, counted, claim } = body.keys;
            const dbs = body.db === null ? ['', ''] : [body.db, db];
            return runs.dispatch(
              redis,
              [
                ...[claim, parts, surplus, size, counted],
                ...body.deleted,
                ...body.set.map(([key]) => key),
                ...pushedTo(body.deliveries),
              ],
              [
                ...[body.token, body.doneExpires, body.expires, ...dbs],
                ...[body.deleted.length, body.set.length],
                ...body.set.map(([, value]) => value),
                ...body.deliveries.flatMap(({ command, key, value }) => [command, key, value]),
              ],
            );
          },
          `${rule} +select +lpush +publish`,
        ),
        map((reply) => (reply === 1 ? 'Sent' : reply === 2 ? 'Over' : 'Lost')),
      ),
    extend: ({ claim, size }, token, seconds) =>
      pipe(
        command(claim, (redis) => runs.extend(redis, [claim, size], [token, seconds])),
        map(isOne),
      ),
    cleanUp: ({ claim, parts, surplus, size, counted }, token, doneExpires) =>
      pipe(
        command(claim, (redis) =>
          runs.cleanUp(redis, [claim, parts, surplus, size, counted], [token, doneExpires]),
        ),
        map(isOne),
      ),
    release: ({ keys, ordered }, token, seen) =>
      pipe(
        command(keys.claim, (redis) =>
          runs.release(
            redis,
            [keys.claim, keys.parts, keys.counted],
            [token, Number(ordered), seen.parts, seen.counted],
          ),
        ),
        map(isOne),
      ),
    server: () => serverId(pool),
    look: ({ keys, ordered }) =>
      pipe(
        command(keys.parts, (redis) => {
          const [parts = '', surplus = '', size = '', counted = '', , claim = ''] = keysOf({
            keys,
          });
          return runs.look(redis, [parts, surplus, size, counted, claim], [Number(ordered)]);
        }),
        map((reply) => {
          const [parts, counted, surplus, size, claim, claimLeft, left] =
            reply as ReadonlyArray<unknown>;
          return {
            parts: Number(parts),
            counted: Number(counted),
            size: sizeOf(bytes(size), bytes(surplus)),
            claim: bytes(claim)?.toString() ?? null,
            claimExpires: secondsOf(claimLeft),
            expires: secondsOf(left),
          };
        }),
      ),
  };
};

/** Declared, so that who may not push to one of them is told before anything is done. */
const pushedTo = (deliveries: ReadonlyArray<Delivery>): ReadonlyArray<string> => [
  ...new Set(deliveries.flatMap(({ command, key }) => (command === 'LPUSH' ? [key] : []))),
];

/** Of what PTTL gives. */
const secondsOf = (milliseconds: unknown): number | null =>
  Number(milliseconds) < 0 ? null : Number(milliseconds) / 1000;
