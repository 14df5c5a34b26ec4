/** The time that a canvas takes for each of its tasks, to be built and sent: as long in large ones. */
import { now } from '../clock.js';
import { can, type Figures } from '../peer.js';
import { figure, type Stage, type Workload, warmed } from '../workload.js';

/** How so many tasks are put together. */
export type Shape = 'chain' | 'chord' | 'group of groups';

const round = async ({ peer }: Stage, params: Stage['params']): Promise<Figures> => ({
  each: figure(await peer.call('apply', params), 'us') / params.n,
});

const workload = (shape: Shape, sizes: ReadonlyArray<number>): Workload => ({
  name: `apply a ${shape}`,
  measures: { each: { title: '', unit: 'µs a task', better: 'lower' } },
  variants: sizes.map((n) => ({
    title: `of ${n.toLocaleString('en')}`,
    in: 'full',
    params: { n },
    peers: ['chordis'],
    goals: [],
  })),
  steps: (session) => ({
    apply: async ({ n }) => {
      const apply = can(session, 'apply');
      const started = now();
      await apply(shape, n);
      return { us: now() - started };
    },
  }),
  conduct: (stage) => warmed(stage, (params) => round(stage, params), { n: 1_000 }),
});

/** A chain is one message, and its result has as many parents: Python reads no 10,000. */
export const apply: ReadonlyArray<Workload> = [
  workload('chain', [100, 1_000]),
  workload('chord', [100, 1_000, 10_000]),
  workload('group of groups', [100, 1_000, 10_000]),
];
