/**
 * Tasks called in a second, from sending each to its result, so many at a time. A worker that
 * answers at once takes them from the queue.
 */
import { subscribedTo } from '../channels.js';
import { now } from '../clock.js';
import { can, type Figures, type Steps } from '../peer.js';
import type { PeerName } from '../peers.js';
import { tally } from '../tally.js';
import { type Params, taskIds } from '../tasks.js';
import { figure, type Goal, type Stage, type Variant, type Workload, warmed } from '../workload.js';

const steps: Steps = (session) => ({
  call: async (params) => {
    const call = can(session, 'call');
    const { take, last } = tally(params.n, params.text);
    const ids = taskIds(params).values();
    const calling = async (): Promise<void> => {
      for (const id of ids) take(id, await call(id));
    };
    const started = now();
    await Promise.all(Array.from({ length: params.concurrency }, calling));
    return { us: (await last) - started };
  },
});

const round = async ({ peer, writer, admin }: Stage, params: Params): Promise<Figures> => {
  const [called] = await Promise.all([peer.call('call', params), writer.call('work', params)]);
  await subscribedTo(admin, 0);
  return { rate: params.n / (figure(called, 'us') / 1e6) };
};

const GOALS: ReadonlyArray<Goal> = [
  { measure: 'rate', against: 'ioredis', atLeast: 0.7 },
  { measure: 'rate', against: 'celery-node', atLeast: 5 },
];

/** celery-node asks for each result every half a second, so that it is only there among many. */
const variant = (
  part: Variant['in'],
  [concurrency, n]: readonly [concurrency: number, n: number],
  others: ReadonlyArray<PeerName>,
): Variant => ({
  title: `${concurrency.toLocaleString('en')} at a time`,
  in: part,
  params: { concurrency, n },
  peers: ['chordis', 'ioredis', ...others],
  goals: GOALS,
  runs: 3,
});

export const call: Workload = {
  name: 'sendTask to its result',
  measures: { rate: { title: '', unit: 'results/s', better: 'higher' } },
  variants: [
    variant('short', [1024, 10_000], ['celery-node']),
    variant('full', [1024, 20_000], ['celery-node', 'Celery']),
    variant('full', [1, 2_000], ['Celery']),
  ],
  steps,
  conduct: (stage) => {
    const { info, params } = stage;
    // asking takes celery-node as long whether it is warm or not
    const n = info.subscribes ? info.warmUp : params.concurrency;
    return warmed(stage, (each) => round(stage, each), { n });
  },
};
