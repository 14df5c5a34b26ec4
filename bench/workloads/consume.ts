/**
 * N tasks are watched, then stored by another process: results in a second until all have
 * come, decoded and compared. Live, while the writer writes; drain, once it has written,
 * so that the client alone is measured: it stands still until then.
 */

import { subscribedTo } from '../channels.js';
import { now } from '../clock.js';
import { consumption } from '../consumption.js';
import type { Figures } from '../peer.js';
import type { Params } from '../tasks.js';
import { figure, type Goal, type Stage, type Variant, type Workload, warmed } from '../workload.js';

const round = async (
  { peer, writer, info, admin }: Stage,
  params: Params,
  waiting: boolean,
): Promise<Figures> => {
  await Promise.all([peer.call('watch', params), writer.call('prepare', params)]);
  const first = peer.call('first', params);
  await writer.call('first', params);
  await first;

  const rest = peer.call('rest', params);
  if (waiting) peer.freeze();
  const written = now();
  const { receivers } = await writer.call('rush', params);
  const started = waiting ? now() : written;
  if (waiting) peer.thaw();
  const seconds = (figure(await rest, 'at') - started) / 1e6;

  if (info.subscribes && receivers !== params.n - 1) {
    throw new Error(`${receivers} of ${params.n - 1} messages were heard`);
  }
  await subscribedTo(admin, 0);
  return { rate: (params.n - 1) / seconds };
};

const conduct =
  (waiting: boolean) =>
  (stage: Stage): Promise<Figures> =>
    warmed(stage, (params) => round(stage, params, waiting));

const measures = { rate: { title: '', unit: 'results/s', better: 'higher' } } as const;

const limit = ['chordis', 'ioredis'] as const;
const everybody = [...limit, 'Celery', 'celery-node', 'BullMQ'] as const;

const atLeast = (ratio: number, against: Goal['against']): Goal => ({
  measure: 'rate',
  against,
  atLeast: ratio,
});

const variant = (
  part: Variant['in'],
  n: number,
  peers: Variant['peers'],
  goals: Variant['goals'],
): Variant => ({ title: `N = ${n.toLocaleString('en')}`, in: part, params: { n }, peers, goals });

const ofDrain = [atLeast(0.9, 'ioredis'), atLeast(50, 'Celery')];
const ofLive = [atLeast(0.95, 'ioredis')];

export const drain: Workload = {
  name: 'consume, drain',
  measures,
  variants: [
    variant('short', 5_000, everybody, ofDrain),
    variant('short', 50_000, limit, ofDrain),
    variant('full', 50_000, everybody, [...ofDrain, atLeast(10, 'BullMQ')]),
    // what waitUntilFinished takes grows with the square of N: no BullMQ here
    variant('full', 200_000, [...limit, 'Celery', 'celery-node'], ofDrain),
  ],
  steps: consumption,
  conduct: conduct(true),
};

export const live: Workload = {
  name: 'consume, live',
  measures,
  variants: [
    variant('short', 50_000, limit, ofLive),
    variant('full', 50_000, everybody, ofLive),
    variant('full', 200_000, limit, ofLive),
  ],
  steps: consumption,
  conduct: conduct(false),
};
