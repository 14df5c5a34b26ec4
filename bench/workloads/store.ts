/** Results stored in a second, so many at a time; then every one is read back and compared. */
import type { Redis } from 'ioredis';
import { now } from '../clock.js';
import { can, type Figures, type Steps } from '../peer.js';
import type { PeerInfo, PeerName } from '../peers.js';
import { keyOf, type Params, resultOf, taskIds } from '../tasks.js';
import { figure, type Goal, type Stage, type Variant, type Workload, warmed } from '../workload.js';

const steps: Steps = (session) => ({
  prepareStore: async (params) => {
    await session.prepareStore?.(taskIds(params));
    return {};
  },
  store: async (params) => {
    const store = can(session, 'store');
    const ids = taskIds(params).entries();
    const storing = async (): Promise<void> => {
      for (const [index, id] of ids) await store(id, resultOf(index, params.text));
    };
    const started = now();
    await Promise.all(Array.from({ length: params.concurrency }, storing));
    return { us: now() - started };
  },
});

// -------------------------------------------------------------------------------------
// what was stored
// -------------------------------------------------------------------------------------

const CHUNK = 1000;

const compare = async (admin: Redis, params: Params, wire: PeerInfo['wire']): Promise<void> => {
  const ids = taskIds(params);
  for (let start = 0; start < ids.length; start += CHUNK) {
    const values = await stored(admin, ids.slice(start, start + CHUNK), wire);
    values.forEach((value, offset) => {
      const index = start + offset;
      if (JSON.stringify(value) !== JSON.stringify(resultOf(index, params.text))) {
        throw new Error(`${ids[index]} holds ${JSON.stringify(value)}`);
      }
    });
  }
};

const stored = async (
  admin: Redis,
  ids: ReadonlyArray<string>,
  wire: PeerInfo['wire'],
): Promise<ReadonlyArray<unknown>> => {
  if (wire === 'celery') {
    const metas = await admin.mget(...ids.map(keyOf));
    return metas.map((meta) => JSON.parse(meta ?? 'null')?.result);
  }
  const values = await Promise.all(ids.map((id) => admin.hget(`bull:bench:${id}`, 'returnvalue')));
  return values.map((value) => JSON.parse(value ?? 'null'));
};

// -------------------------------------------------------------------------------------
// the workload
// -------------------------------------------------------------------------------------

const round = async ({ peer, info, admin }: Stage, params: Params): Promise<Figures> => {
  await peer.call('prepareStore', params);
  const us = figure(await peer.call('store', params), 'us');
  await compare(admin, params, info.wire);
  return { rate: params.n / (us / 1e6) };
};

const node = ['chordis', 'ioredis', 'ioredis, bare SET'] as const;
const alone = [...node, 'Celery', 'celery-node', 'BullMQ'] as const;
// one thread is Celery's fastest; threads are its way to have several stores under way
const crowd = [...alone, 'Celery, 64 threads'] as const;

const ALONE: ReadonlyArray<Goal> = [{ measure: 'rate', against: 'ioredis', atLeast: 1 }];
const CROWD: ReadonlyArray<Goal> = [
  { measure: 'rate', against: 'ioredis', atLeast: 5 },
  { measure: 'rate', against: 'Celery, 64 threads', atLeast: 50 },
];

const SMALL = { bytes: 250, size: '250 bytes' };
const LARGE = { bytes: 10_000, size: '10 KB' };

const variant = (
  part: Variant['in'],
  { bytes, size }: typeof SMALL,
  [concurrency, n]: readonly [concurrency: number, n: number],
  names: ReadonlyArray<PeerName>,
  goals: ReadonlyArray<Goal> = [],
): Variant => ({
  title: `${concurrency.toLocaleString('en')} at a time, ${size}`,
  in: part,
  params: { concurrency, n },
  bytes,
  peers: names,
  goals,
});

const variants: ReadonlyArray<Variant> = [
  variant('short', SMALL, [1, 2_000], ['chordis', 'ioredis', 'Celery'], ALONE),
  variant('short', SMALL, [1024, 50_000], node, CROWD),
  variant('full', SMALL, [1, 5_000], alone, ALONE),
  variant('full', SMALL, [64, 20_000], crowd),
  variant('full', SMALL, [1024, 50_000], crowd, CROWD),
  variant('full', LARGE, [1, 5_000], alone),
  variant('full', LARGE, [64, 10_000], crowd),
  variant('full', LARGE, [1024, 10_000], crowd),
];

export const store: Workload = {
  name: 'store',
  measures: { rate: { title: '', unit: 'stores/s', better: 'higher' } },
  variants,
  steps,
  conduct: (stage) => {
    const n = Math.min(stage.info.warmUp, stage.params.n);
    return warmed(stage, (params) => round(stage, params), { n });
  },
};
