/** The link that watches N tasks is killed: microseconds for each until all are watched again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { subscribedTo } from '../channels.js';
import { now } from '../clock.js';
import { consumption } from '../consumption.js';
import { can, type Figures, type Steps } from '../peer.js';
import type { Params } from '../tasks.js';
import { figure, type Stage, type Variant, type Workload, warmed } from '../workload.js';

const steps: Steps = (session) => ({
  ...consumption(session),
  resync: async () => {
    await can(session, 'resynced')();
    return { at: now() };
  },
});

/** How long a peer is given to look out for the loss, in milliseconds. */
const READY = 100;

const round = async ({ peer, admin }: Stage, params: Params): Promise<Figures> => {
  await peer.call('watch', params);
  await subscribedTo(admin, params.n);
  const resynced = peer.call('resync', params);
  await sleep(READY);
  const killed = now();
  await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  const us = figure(await resynced, 'at') - killed;
  await subscribedTo(admin, params.n);
  await peer.call('leave', params);
  await subscribedTo(admin, 0);
  return { resync: us / params.n };
};

const variant = (part: Variant['in'], n: number): Variant => ({
  title: `N = ${n.toLocaleString('en')}`,
  in: part,
  params: { n },
  peers: ['chordis', 'ioredis, SUBSCRIBE and MGET'],
  goals: [],
});

export const resync: Workload = {
  name: 'resync after a kill',
  measures: { resync: { title: '', unit: 'µs a task', better: 'lower' } },
  variants: [variant('short', 100_000), variant('full', 100_000)],
  steps,
  conduct: (stage) => warmed(stage, (params) => round(stage, params)),
};
