/**
 * The port's commands for chords over keyspaces in this process: what the scripts of Redis
 * do, each at once and as a whole.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import {
  type ChordKeys,
  type ChordTerms,
  type CountedPiece,
  type PartReply,
  type ChordCommands as Port,
  sizeOf,
} from '../port/chords.js';
import type { Channels } from './memoryChannels.js';
import { type Collection, list, sortedSet } from './memoryCollections.js';
import type { Reply } from './memoryCommands.js';
import type { Keyspace } from './memoryKeyspace.js';
import { BUDGET, isOld, pieceOf, scoreOf } from './memoryParts.js';
import type { MemoryQueues } from './memoryQueues.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** Each of the port's, run at once. */
export type MemoryChords = {
  readonly [K in keyof Port]: (
    ...args: Parameters<Port[K]>
  ) => ReturnType<Port[K]> extends (settle: (result: infer R) => void) => unknown ? R : never;
};

export interface MemoryData {
  readonly values: Keyspace<Buffer>;
  readonly collections: Keyspace<Collection>;
  readonly channels: Channels;
  readonly queues: MemoryQueues;
  /** Milliseconds. */
  readonly now: () => number;
}

const DONE = Buffer.from('done');

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const memoryChords = ({
  values,
  collections,
  channels,
  queues,
  now,
}: MemoryData): MemoryChords => {
  const until = (seconds: number): number =>
    seconds === 0 ? Number.POSITIVE_INFINITY : now() + seconds * 1000;

  const put = (key: string, value: string | Buffer, seconds: number): void =>
    values.put(key, { value: Buffer.from(value as string), expiresAt: until(seconds) });

  const collection = (key: string, make: () => Collection): Collection => {
    const held = collections.get(key)?.value;
    if (held !== undefined) return held;
    const value = make();
    collections.put(key, { value, expiresAt: Number.POSITIVE_INFINITY });
    return value;
  };

  const cards = ({ parts, counted }: ChordKeys) => ({
    parts: collections.get(parts)?.value.size() ?? 0,
    counted: collections.get(counted)?.value.size() ?? 0,
  });

  const text = (key: string): Buffer | null => values.get(key)?.value ?? null;

  const live = (key: string, expiresAt: number): void => {
    const value = values.get(key);
    if (value !== undefined) values.put(key, { ...value, expiresAt });
    const held = collections.get(key);
    if (held !== undefined) collections.put(key, { ...held, expiresAt });
  };

  const refresh = ({ keys, expires, savedExpires }: ChordTerms): void => {
    if (expires === 0) return;
    for (const key of [keys.parts, keys.surplus, keys.size, keys.counted]) {
      live(key, until(expires));
    }
    if (savedExpires > 0) live(keys.saved, until(savedExpires));
  };

  /** Whether the chord may go on under this token: the claim is its own, or nobody's. */
  const isOwn = ({ claim, size }: ChordKeys, token: string): boolean => {
    const held = text(claim);
    return held === null ? text(size) !== null : held.toString() === token;
  };

  const finish = (keys: ChordKeys, doneExpires: number): void => {
    for (const key of [keys.parts, keys.counted]) collections.delete(key);
    for (const key of [keys.surplus, keys.size]) values.delete(key);
    put(keys.claim, DONE, doneExpires);
  };

  const isDone = ({ claim }: ChordKeys): boolean => text(claim)?.equals(DONE) ?? false;

  const part: MemoryChords['part'] = ({ part: given, token, terms }): Reply<PartReply> => {
    const { keys, ordered, claimExpires } = terms;
    if (isDone(keys)) return E.right({ _tag: 'Done' });
    let isNew = false;
    if (given !== null) {
      const entry = Buffer.from(`${given.taskId}:${given.index}`);
      const counted = collection(keys.counted, sortedSet);
      const parts = collection(keys.parts, ordered ? sortedSet : list);
      if (!counted.has(entry)) {
        const isMixed = given.standing === undefined && counted.size() < parts.size();
        const old = isMixed ? isOld(parts, counted, ordered, given) : given.standing === 'Counted';
        if (old === undefined) return E.right({ _tag: 'Undecided' });
        isNew = !old;
        if (isNew) parts.add(Buffer.from(given.member as string), scoreOf(given.index));
        counted.add(entry);
      }
      refresh(terms);
    }
    const size = sizeOf(text(keys.size), text(keys.surplus));
    const count = { ...cards(keys), size, isNew };
    const isComplete =
      size !== null && (typeof size === 'string' || Math.max(count.parts, count.counted) >= size);
    if (!isComplete) return E.right({ _tag: 'Counted', isOthers: false, ...count });
    if (text(keys.claim) === null) put(keys.claim, token, claimExpires);
    if (text(keys.claim)?.toString() !== token) {
      return E.right({ _tag: 'Counted', isOthers: true, ...count });
    }
    const all = collections.get(keys.parts)?.value.all() ?? [];
    const isSaved = text(keys.saved) !== null;
    return E.right({ _tag: 'Claimed', isSaved, first: pieceOf(all, { at: 0, from: 0 }), ...count });
  };

  return {
    part,
    resize: (keys, size, expires) => {
      values.delete(keys.claim);
      put(keys.size, String(size), expires);
      return E.right(undefined);
    },
    save: (key, value, expires) => E.right(put(key, value, expires)),
    parts: ({ keys }, from) =>
      E.right(pieceOf(collections.get(keys.parts)?.value.all() ?? [], from)),
    counted: ({ counted }): Reply<CountedPiece> =>
      E.right({
        entries: (collections.get(counted)?.value.all() ?? []).map(({ bytes }) => bytes.toString()),
        next: null,
      }),
    saved: ({ saved }, from) =>
      E.right(Buffer.from((text(saved) ?? Buffer.alloc(0)).subarray(from, from + BUDGET))),
    dispatch: ({ keys, token, doneExpires, deliveries, expires, deleted, set }) => {
      if (isDone(keys)) return E.right('Over');
      if (!isOwn(keys, token)) return E.right('Lost');
      for (const key of deleted) values.delete(key);
      for (const [key, value] of set) put(key, value, expires);
      for (const { command, key, value } of deliveries) {
        const bytes = Buffer.from(value as string);
        if (command === 'LPUSH') queues.push(key, bytes);
        else channels.publish(key, bytes);
      }
      finish(keys, doneExpires);
      return E.right('Sent');
    },
    extend: (keys, token, seconds) => {
      if (!isOwn(keys, token)) return E.right(false);
      put(keys.claim, token, seconds);
      return E.right(true);
    },
    cleanUp: (keys, token, doneExpires) => {
      const isHeld = text(keys.claim)?.toString() === token;
      if (isHeld) finish(keys, doneExpires);
      return E.right(isHeld);
    },
    release: ({ keys }, token, seen) => {
      if (text(keys.claim)?.toString() !== token) return E.right(true);
      const { parts, counted } = cards(keys);
      if (parts !== seen.parts || counted !== seen.counted) return E.right(false);
      values.delete(keys.claim);
      return E.right(true);
    },
    server: () => E.right(null),
    look: ({ keys }) => {
      const left = (expiresAt: number | undefined): number | null =>
        expiresAt === undefined || !Number.isFinite(expiresAt) ? null : (expiresAt - now()) / 1000;
      return E.right({
        ...cards(keys),
        size: sizeOf(text(keys.size), text(keys.surplus)),
        claim: text(keys.claim)?.toString() ?? null,
        claimExpires: left(values.get(keys.claim)?.expiresAt),
        expires: left(collections.get(keys.counted)?.expiresAt),
      });
    },
  };
};
