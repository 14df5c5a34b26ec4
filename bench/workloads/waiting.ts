/**
 * What the heap of the client holds for each `AsyncResult` that nobody has asked, and for
 * each that waits in `get`; the ids are there before, and don't count.
 */
import { heap } from '../heap.js';
import { can, type Steps } from '../peer.js';
import { taskIds } from '../tasks.js';
import { figure, type Variant, type Workload } from '../workload.js';

const steps: Steps = (session) => {
  let ids: ReadonlyArray<string> = [];
  let held: unknown;
  return {
    prepare: async (params) => {
      ids = taskIds(params);
      // a lookup makes one piece of a string that was put together
      new Set(ids).has('');
      return heap(params);
    },
    results: async (params) => {
      held = can(session, 'results')(ids);
      return heap(params);
    },
    get: async (params) => {
      held = await can(session, 'get')(ids);
      return heap(params);
    },
    /** Nothing of it is in the way of the next. */
    drop: async (params) => {
      held = undefined;
      return { ...(await heap(params)), held: Number(held !== undefined) };
    },
  };
};

const variant = (part: Variant['in'], n: number, runs: number): Variant => ({
  title: `N = ${n.toLocaleString('en')}`,
  in: part,
  params: { n },
  peers: ['chordis'],
  goals: [
    { measure: 'result', atMost: 300 },
    { measure: 'get', atMost: 1500 },
  ],
  runs,
});

export const waiting: Workload = {
  name: 'memory of results',
  measures: {
    result: { title: 'an AsyncResult', unit: 'bytes', better: 'lower' },
    get: { title: 'a get that waits', unit: 'bytes', better: 'lower' },
  },
  variants: [variant('short', 20_000, 1), variant('full', 100_000, 3)],
  steps,
  conduct: async ({ params, peer }) => {
    const bytes = async (step: string) => figure(await peer.call(step, params), 'bytes');
    const before = await bytes('prepare');
    const result = ((await bytes('results')) - before) / params.n;
    const between = await bytes('drop');
    const get = ((await bytes('get')) - between) / params.n;
    return { result, get };
  },
};
