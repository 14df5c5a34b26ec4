/** How many tasks are in which phase. */
import { PHASES, type Phase } from './phases.js';

export type Counts = Record<Phase, number>;

export const allWaiting = (count: number): Counts => ({
  ...{ waiting: count, working: 0, retrying: 0, done: 0, failed: 0 },
});

export const move = (counts: Counts, from: Phase, to: Phase): void => {
  counts[from] -= 1;
  counts[to] += 1;
};

export const sum = (all: Iterable<Counts>): Counts => {
  const total = allWaiting(0);
  for (const counts of all) for (const phase of PHASES) total[phase] += counts[phase];
  return total;
};
