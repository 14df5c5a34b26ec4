/**
 * N tasks are joined: what the heap holds for each while they are waited for, and the
 * microseconds that each takes until the last value is there, drained as in `consume.ts`;
 * beside the same tasks watched one by one.
 */
import { subscribedTo } from '../channels.js';
import { now } from '../clock.js';
import { heap } from '../heap.js';
import { can, type Figures, type Steps } from '../peer.js';
import { type Tally, tally } from '../tally.js';
import { type Params, taskIds } from '../tasks.js';
import { figure, type Stage, type Variant, type Workload, warmed } from '../workload.js';

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
    join: async (params) => {
      if (arrivals !== undefined) await can(session, 'join')(ids, arrivals.take);
      return heap(params);
    },
    last: async () => {
      const at = (await arrivals?.last) ?? Number.NaN;
      // so that what was held for this round is not there in the next
      await can(session, 'leave')();
      return { at };
    },
  };
};

const round = async ({ peer, writer, admin }: Stage, params: Params): Promise<Figures> => {
  const before = figure(await peer.call('prepare', params), 'bytes');
  const waiting = figure(await peer.call('join', params), 'bytes');
  await writer.call('prepare', params);
  const last = peer.call('last', params);
  peer.freeze();
  await writer.call('first', params);
  await writer.call('rush', params);
  const started = now();
  peer.thaw();
  const time = figure(await last, 'at') - started;
  await subscribedTo(admin, 0);
  return { time: time / params.n, held: (waiting - before) / params.n };
};

const variant = (part: Variant['in'], runs: number): Variant => ({
  title: 'N = 100,000',
  in: part,
  params: { n: 100_000 },
  peers: ['chordis', 'chordis, one by one'],
  goals: [
    { measure: 'time', against: 'chordis, one by one', atMost: 1.3 },
    { measure: 'held', against: 'chordis, one by one', atMost: 1.5 },
  ],
  runs,
});

export const join: Workload = {
  name: 'join',
  measures: {
    time: { title: 'until all are there', unit: 'µs a task', better: 'lower' },
    held: { title: 'held while waiting', unit: 'bytes a task', better: 'lower' },
  },
  variants: [variant('short', 3), variant('full', 5)],
  steps,
  conduct: (stage) => warmed(stage, (params) => round(stage, params)),
};
