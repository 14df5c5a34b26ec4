/**
 * Where the two sides of the differential test are compared: one server, a database for
 * each side, and an ear on everything that is published, changes of keys included.
 */
import { brotliDecompressSync, inflateSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { isMarked, unmark } from '../../src/serialization/compressionMarker.js';
import type { DifferentialCase } from './differentialCases.js';
import type { Outcome, Subject } from './differentialSubjects.js';
import type { RedisServer } from './redisServer.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What a side did with a case. Bytes are latin1, so that they compare and print. */
export interface Observed {
  readonly outcomes: ReadonlyArray<Outcome>;
  /** In order, with the events of the keyspace: `__keyspace__:<key>` says `set`, `expire`, … */
  readonly messages: ReadonlyArray<readonly [channel: string, payload: string]>;
  /** By key, its type and value. */
  readonly stored: Readonly<Record<string, readonly [type: string, value: string]>>;
  /** By key, the milliseconds it has left to live; −1 for ever. */
  readonly left: Readonly<Record<string, number>>;
  readonly milliseconds: number;
}

export interface Arena {
  readonly observe: (subject: Subject, db: number, case_: DifferentialCase) => Promise<Observed>;
  readonly close: () => Promise<void>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Everything in the current database, which is empty afterwards.
 *
 * Returns a list of key, type, value (of what is no string: its DUMP), PTTL.
 */
const TAKE_ALL = `
local found = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  local type = redis.call('TYPE', key).ok
  local value = redis.call(type == 'string' and 'GET' or 'DUMP', key)
  table.insert(found, { key, type, value, redis.call('PTTL', key) })
end
redis.call('FLUSHDB')
return found
`;

/** No side writes to it. */
const END_CHANNEL = 'end of the run';

export const openArena = async (server: RedisServer): Promise<Arena> => {
  await server.admin.config('SET', 'notify-keyspace-events', 'KA');
  const ear = new Redis(server.url());
  let heard: Array<readonly [string, string]> = [];
  let ended = (): void => {};
  ear.on('pmessageBuffer', (_pattern: string, channel: Buffer, payload: Buffer) => {
    if (channel.toString() === END_CHANNEL) ended();
    else
      heard.push([latin1(channel).replace(/^__keyspace@\d+__/, '__keyspace__'), latin1(payload)]);
  });
  await ear.psubscribe('*');

  const eyes = new Map<number, Redis>();
  const eyeOn = (db: number): Redis => {
    const eye = eyes.get(db) ?? new Redis(server.url(db));
    eyes.set(db, eye);
    return eye;
  };

  return {
    observe: async (subject, db, case_) => {
      const eye = eyeOn(db);
      heard = [];
      const end = new Promise<void>((resolve) => {
        ended = resolve;
      });
      const start = performance.now();
      const outcomes = (await subject.run(case_)).map(shown);
      const milliseconds = performance.now() - start;
      const found = await eye.callBuffer('EVAL', TAKE_ALL, 0);
      await eye.publish(END_CHANNEL, '');
      await end;
      return { outcomes, messages: heard, ...taken(found), milliseconds };
    },
    close: async () => {
      await Promise.all([ear, ...eyes.values()].map((client) => client.quit()));
    },
  };
};

// -------------------------------------------------------------------------------------
// replies
// -------------------------------------------------------------------------------------

/** What is compressed is shown by its codec and what comes out: the same may be packed in two ways. */
const latin1 = (bytes: Buffer): string => {
  if (!isMarked(bytes)) return bytes.toString('latin1');
  const { method: contentType, body } = unmark(bytes);
  const unpack = contentType === 'application/x-brotli' ? brotliDecompressSync : inflateSync;
  return `${contentType}: ${unpack(body).toString('latin1')}`;
};

const shown = (outcome: Outcome): Outcome =>
  'returned' in outcome ? { returned: shownValue(outcome.returned) } : outcome;

const shownValue = (u: unknown): unknown => {
  if (Array.isArray(u)) return u.map(shownValue);
  return typeof u === 'string' ? latin1(Buffer.from(u, 'latin1')) : u;
};

const taken = (reply: unknown): Pick<Observed, 'stored' | 'left'> => {
  const rows = reply as ReadonlyArray<readonly [Buffer, Buffer, Buffer, number]>;
  const sorted = rows
    .map(([key, type, value, left]) => [latin1(key), latin1(type), latin1(value), left] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    stored: Object.fromEntries(sorted.map(([key, type, value]) => [key, [type, value]])),
    left: Object.fromEntries(sorted.map(([key, , , left]) => [key, left])),
  };
};
