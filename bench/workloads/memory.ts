/**
 * What the heap of the client holds for each task that is watched, and once all are done;
 * the ids are there before, and don't count.
 */
import { heap } from '../heap.js';
import { can, type Figures, type Steps } from '../peer.js';
import { type Tally, tally } from '../tally.js';
import { taskIds } from '../tasks.js';
import { figure, type Variant, type Workload } from '../workload.js';

const steps: Steps = (session) => {
  let ids: ReadonlyArray<string> = [];
  let arrivals: Tally | undefined;
  return {
    prepare: async (params) => {
      ids = taskIds(params);
      // a lookup makes one piece of a string that was put together
      new Set(ids).has('');
      arrivals = tally(params.n, params.text);
      return heap(params);
    },
    watch: async (params) => {
      if (arrivals !== undefined) await can(session, 'watch')(ids, arrivals.take);
      return heap(params);
    },
    finish: async (params) => {
      await arrivals?.last;
      await can(session, 'leave')();
      return heap(params);
    },
    leave: async (params) => {
      await can(session, 'leave')();
      return heap(params);
    },
  };
};

const variant = (part: Variant['in'], n: number, runs: number): Variant => ({
  title: `N = ${n.toLocaleString('en')}`,
  in: part,
  params: { n },
  peers: ['chordis', 'a bare Map', 'ioredis'],
  goals: [{ measure: 'watched', against: 'a bare Map', atMost: 4 }],
  runs,
});

export const memory: Workload = {
  name: 'memory',
  measures: {
    watched: { title: 'while watched', unit: 'bytes a task', better: 'lower' },
    done: {
      ...{ title: 'when all are done', unit: 'bytes a task' },
      ...{ better: 'lower', nearNothing: true },
    },
  },
  variants: [
    variant('short', 100_000, 1),
    variant('full', 100_000, 5),
    variant('full', 1_000_000, 3),
  ],
  steps,
  conduct: async ({ params, peer, writer, info }): Promise<Figures> => {
    const before = figure(await peer.call('prepare', params), 'bytes');
    const watched = figure(await peer.call('watch', params), 'bytes');
    if (!info.subscribes) {
      const left = figure(await peer.call('leave', params), 'bytes');
      return { watched: (watched - before) / params.n, done: (left - before) / params.n };
    }
    await writer.call('prepare', params);
    await writer.call('first', params);
    await writer.call('rush', params);
    const done = figure(await peer.call('finish', params), 'bytes');
    return { watched: (watched - before) / params.n, done: (done - before) / params.n };
  },
};
