/**
 * Watching tasks in the measured process, and comparing what comes: the steps that several
 * workloads are made of.
 */
import { now } from './clock.js';
import { can, type Steps } from './peer.js';
import { quantile } from './statistics.js';
import { type Tally, tally } from './tally.js';
import { type Result, taskIds } from './tasks.js';

export const consumption: Steps = (session) => {
  let arrivals: Tally | undefined;
  let delays: Array<number> = [];
  const coming = (): Tally => {
    if (arrivals === undefined) throw new Error('Nothing is watched');
    return arrivals;
  };
  const timed = ({ at }: Result): void => {
    if (at > 0) delays.push(now() - at);
  };

  return {
    watch: async (params) => {
      const ids = taskIds(params);
      arrivals = tally(params.n, params.text, params.rate > 0 ? timed : undefined);
      delays = [];
      const started = now();
      await can(session, 'watch')(ids, arrivals.take);
      return { us: now() - started };
    },
    /** Resolves once a first result shows that everything is in place. */
    first: async () => ({ at: await coming().first }),
    /** When the last result came. */
    rest: async () => ({ at: await coming().last }),
    /** In microseconds. */
    delays: async () => {
      await coming().last;
      return { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99) };
    },
    leave: async () => {
      const started = now();
      await can(session, 'leave')();
      return { us: now() - started };
    },
  };
};
