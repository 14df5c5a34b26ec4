/** Tasks sent in a second with their results followed from before, so many at a time. */
import type { Redis } from 'ioredis';
import { subscribed, subscribedTo } from '../channels.js';
import { now } from '../clock.js';
import { can, type Figures, type Steps } from '../peer.js';
import type { PeerInfo, PeerName } from '../peers.js';
import { type Params, taskIds } from '../tasks.js';
import { figure, type Goal, type Stage, type Variant, type Workload, warmed } from '../workload.js';

const steps: Steps = (session) => ({
  send: async (params) => {
    const send = can(session, 'send');
    const ids = taskIds(params).values();
    const sending = async (): Promise<void> => {
      for (const id of ids) await send(id);
    };
    const started = now();
    await Promise.all(Array.from({ length: params.concurrency }, sending));
    return { us: now() - started };
  },
});

const sent = (admin: Redis, { wire }: PeerInfo): Promise<number> =>
  admin.llen(wire === 'celery' ? 'celery' : 'bull:bench:wait');

/** Each message is in the queue, and each task is watched; those that warmed it up still are. */
const round = async ({ peer, info, admin }: Stage, params: Params): Promise<Figures> => {
  const [queued, watched] = [await sent(admin, info), await subscribed(admin)];
  const us = figure(await peer.call('send', params), 'us');
  const count = (await sent(admin, info)) - queued;
  if (count !== params.n) throw new Error(`${count} of ${params.n} messages are in the queue`);
  if (info.subscribes) await subscribedTo(admin, watched + params.n);
  return { rate: params.n / (us / 1e6) };
};

/** celery-node does not follow: it asks, which is measured to the result. */
const some: ReadonlyArray<PeerName> = ['chordis', 'ioredis', 'BullMQ'];

const GOALS: ReadonlyArray<Goal> = [
  { measure: 'rate', against: 'ioredis', atLeast: 0.7 },
  { measure: 'rate', against: 'Celery', atLeast: 20 },
];

const variant = (
  part: Variant['in'],
  [concurrency, n]: readonly [concurrency: number, n: number],
  peers: ReadonlyArray<PeerName>,
): Variant => ({
  title: `${concurrency.toLocaleString('en')} at a time`,
  in: part,
  params: { concurrency, n },
  peers,
  goals: GOALS,
});

export const send: Workload = {
  name: 'sendTask and follow',
  measures: { rate: { title: '', unit: 'sends/s', better: 'higher' } },
  variants: [
    variant('short', [1024, 10_000], some),
    variant('full', [1024, 20_000], [...some, 'Celery']),
    variant('full', [1, 5_000], [...some, 'Celery']),
  ],
  steps,
  conduct: (stage) => warmed(stage, (params) => round(stage, params)),
};
