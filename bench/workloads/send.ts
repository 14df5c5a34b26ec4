/** Tasks sent in a second with their results followed from before, so many at a time. */
import type { Redis } from 'ioredis';
import { subscribedTo } from '../channels.js';
import { now } from '../clock.js';
import { can, type Figures, type Steps } from '../peer.js';
import type { PeerInfo, PeerName } from '../peers.js';
import { type Params, taskIds } from '../tasks.js';
import { figure, type Goal, type Stage, type Variant, type Workload } from '../workload.js';

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

/** Each message is in the queue, and each task is watched. */
const check = async (admin: Redis, { n }: Params, info: PeerInfo): Promise<void> => {
  const queue = info.wire === 'celery' ? 'celery' : 'bull:bench:wait';
  const sent = await admin.llen(queue);
  if (sent !== n) throw new Error(`${queue} has ${sent} of ${n} messages`);
  if (info.subscribes) await subscribedTo(admin, n);
};

const round = async ({ peer, info, admin }: Stage, params: Params): Promise<Figures> => {
  const us = figure(await peer.call('send', params), 'us');
  await check(admin, params, info);
  return { rate: params.n / (us / 1e6) };
};

const names: ReadonlyArray<PeerName> = ['chordis', 'ioredis', 'celery-node', 'BullMQ'];

const GOALS: ReadonlyArray<Goal> = [
  { measure: 'rate', against: 'ioredis', atLeast: 0.7 },
  { measure: 'rate', against: 'celery-node', atLeast: 5 },
];

const variant = (part: Variant['in'], concurrency: number, n: number): Variant => ({
  title: `${concurrency.toLocaleString('en')} at a time`,
  in: part,
  params: { concurrency, n },
  peers: names,
  goals: GOALS,
});

export const send: Workload = {
  name: 'sendTask and follow',
  measures: { rate: { title: '', unit: 'sends/s', better: 'higher' } },
  variants: [
    variant('short', 1024, 20_000),
    variant('full', 1024, 50_000),
    variant('full', 1, 5_000),
  ],
  steps,
  conduct: (stage) => round(stage, stage.params),
};
