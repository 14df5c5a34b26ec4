/**
 * The peers, and how each is to be treated. To add one, write a file under `peers/`, and name
 * it here and in the variants that it takes part in.
 */
import type { Peer } from './peer.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface PeerInfo {
  /** How the writer has to tell of a result. */
  readonly wire: 'celery' | 'bullmq';
  /** Whether it subscribes to a channel for each task. */
  readonly subscribes: boolean;
  /** How many tasks it is warmed up with: a compiler at run time needs that. */
  readonly warmUp: number;
  /** What of it is not among chordis' own packages. */
  readonly needs?: 'celery' | 'packages';
  /** A module in Node, or the arguments of `peers/celeryClient.py`. */
  readonly load: (() => Promise<Peer>) | ReadonlyArray<string>;
}

const node = { wire: 'celery', subscribes: true, warmUp: 10_000 } as const;

const python = { wire: 'celery', subscribes: true, warmUp: 0, needs: 'celery' } as const;

const infos = {
  chordis: { ...node, load: async () => (await import('./peers/chordis.js')).chordis },
  'chordis, one by one': {
    ...node,
    load: async () => (await import('./peers/chordis.js')).chordisOneByOne,
  },
  ioredis: { ...node, load: async () => (await import('./peers/ioredis.js')).ioredis },
  'ioredis, SUBSCRIBE and MGET': {
    ...node,
    load: async () => (await import('./peers/ioredis.js')).ioredisReading,
  },
  'ioredis, MGET of 8': {
    ...node,
    subscribes: false,
    load: async () => (await import('./peers/ioredis.js')).ioredisChunks,
  },
  'ioredis, EVALSHA': {
    ...node,
    load: async () => (await import('./peers/ioredisChord.js')).ioredisEvalsha,
  },
  'ioredis, MULTI': {
    ...node,
    load: async () => (await import('./peers/ioredisChord.js')).ioredisMulti,
  },
  'ioredis, bare SET': {
    ...node,
    load: async () => (await import('./peers/ioredis.js')).ioredisReading,
  },
  Celery: { ...python, load: [] },
  'Celery, 64 threads': { ...python, load: ['64'] },
  'celery-node': {
    ...node,
    subscribes: false,
    needs: 'packages',
    load: async () => (await import('./peers/celeryNode.js')).celeryNode,
  },
  BullMQ: {
    wire: 'bullmq',
    subscribes: false,
    warmUp: 5_000,
    needs: 'packages',
    load: async () => (await import('./peers/bullmq.js')).bullmq,
  },
  'a bare loop of http': {
    ...node,
    load: async () => (await import('./peers/events.js')).bareLoop,
  },
  'better-sse': {
    ...node,
    needs: 'packages',
    load: async () => (await import('./peers/events.js')).betterSse,
  },
  'a bare Map': {
    ...node,
    subscribes: false,
    load: async () => (await import('./peers/native.js')).native,
  },
  JSON: {
    ...node,
    subscribes: false,
    load: async () => (await import('./peers/native.js')).native,
  },
} satisfies Readonly<Record<string, PeerInfo>>;

export type PeerName = keyof typeof infos;

export const peers: Readonly<Record<PeerName, PeerInfo>> = infos;

export const isPeerName = (name: string): name is PeerName => Object.hasOwn(infos, name);
