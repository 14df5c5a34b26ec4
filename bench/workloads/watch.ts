/** N tasks are watched at once, then left: microseconds for each, confirmed by the server. */
import { subscribedTo } from '../channels.js';
import { consumption } from '../consumption.js';
import type { Figures } from '../peer.js';
import type { Params } from '../tasks.js';
import { figure, type Stage, type Variant, type Workload, warmed } from '../workload.js';

const round = async ({ peer, admin }: Stage, params: Params): Promise<Figures> => {
  const watch = figure(await peer.call('watch', params), 'us');
  await subscribedTo(admin, params.n);
  const leave = figure(await peer.call('leave', params), 'us');
  await subscribedTo(admin, 0);
  return { watch: watch / params.n, leave: leave / params.n };
};

const limit = ['chordis', 'ioredis'] as const;

const variant = (part: Variant['in'], peers: Variant['peers']): Variant => ({
  title: 'N = 100,000',
  in: part,
  params: { n: 100_000 },
  peers,
  goals: [{ measure: 'watch', against: 'ioredis', atMost: 1.2 }],
});

export const watch: Workload = {
  name: 'watch and leave',
  measures: {
    watch: { title: 'watch', unit: 'µs a task', better: 'lower' },
    leave: { title: 'leave', unit: 'µs a task', better: 'lower' },
  },
  variants: [
    variant('short', [...limit, 'ioredis, SUBSCRIBE and MGET']),
    variant('full', [...limit, 'ioredis, SUBSCRIBE and MGET', 'Celery']),
  ],
  steps: consumption,
  conduct: (stage) => warmed(stage, (params) => round(stage, params)),
};
