/**
 * From just before a result is written to its delivery, in microseconds of the clock that
 * all processes share: one at a time, and at 10,000 a second.
 */
import { subscribedTo } from '../channels.js';
import { consumption } from '../consumption.js';
import type { Figures } from '../peer.js';
import type { Params } from '../tasks.js';
import { figure, type Goal, type Stage, type Variant, type Workload, warmed } from '../workload.js';

/** Stores in a second. */
const ONE_BY_ONE = 1_000;
const AT_ONCE = 10_000;
const WARM_UP = 50_000;

const round = async ({ peer, writer, admin }: Stage, params: Params): Promise<Figures> => {
  await peer.call('watch', params);
  const first = peer.call('first', params);
  await writer.call('first', params);
  await first;
  const delays = peer.call('delays', params);
  await writer.call(params.rate === ONE_BY_ONE ? 'alone' : 'pace', params);
  const figures = await delays;
  await subscribedTo(admin, 0);
  return { p50: figure(figures, 'p50'), p99: figure(figures, 'p99') };
};

const goals: ReadonlyArray<Goal> = [
  { measure: 'p50', against: 'ioredis', atMost: 1.1 },
  { measure: 'p99', against: 'ioredis', atMost: 1.25 },
  { measure: 'p50', against: 'Celery', atMost: 0.33 },
  { measure: 'p99', against: 'Celery', atMost: 0.33 },
];

const limit = ['chordis', 'ioredis'] as const;
const everybody = [...limit, 'Celery', 'celery-node', 'BullMQ'] as const;

const variant = (
  part: Variant['in'],
  rate: number,
  seconds: number,
  peers: Variant['peers'],
): Variant => ({
  title: rate === AT_ONCE ? '10,000 a second' : 'one at a time',
  in: part,
  params: { n: rate * seconds + 1, rate },
  peers,
  goals,
});

export const latency: Workload = {
  name: 'latency',
  measures: {
    p50: { title: 'p50', unit: 'µs', better: 'lower' },
    p99: { title: 'p99', unit: 'µs', better: 'lower' },
  },
  variants: [
    variant('short', ONE_BY_ONE, 1, [...limit, 'Celery']),
    variant('short', AT_ONCE, 1, limit),
    variant('full', ONE_BY_ONE, 3, everybody),
    variant('full', AT_ONCE, 3, everybody),
  ],
  steps: consumption,
  conduct: (stage) => warmed(stage, (params) => round(stage, params), { rate: WARM_UP }),
};
