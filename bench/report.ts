/**
 * What was measured: for each row and measure the spread of every peer, and chordis'
 * figure divided by each other's, run by run, beside what is to be reached.
 */
import type { Figures } from './peer.js';
import type { PeerName } from './peers.js';
import type { Row } from './runner.js';
import { type Spread, spread } from './statistics.js';
import type { Goal, Measure } from './workload.js';

export interface Comparison {
  readonly against: PeerName;
  /** chordis' figure divided by the other's, of runs that followed one another. */
  readonly ratio: Spread;
  readonly goal?: { readonly atLeast?: number; readonly atMost?: number };
  readonly reached?: boolean;
}

export interface Outcome extends Pick<Measure, 'title' | 'unit' | 'better'> {
  readonly runs: number;
  readonly peers: ReadonlyArray<{ readonly name: PeerName; readonly figure: Spread }>;
  readonly comparisons: ReadonlyArray<Comparison>;
}

export const outcomes = ({ workload, variant, runs }: Row): ReadonlyArray<Outcome> =>
  Object.entries(workload.measures).map(([key, { title, unit, better, nearNothing }]) => {
    const own = values(runs.get('chordis'), key);
    const comparable = own.length > 0 && nearNothing === undefined;
    const others = comparable ? [...runs.keys()].filter((name) => name !== 'chordis') : [];
    return {
      title: [workload.name, variant.title, title].filter((part) => part !== '').join(', '),
      unit,
      better,
      runs: Math.max(0, ...[...runs.values()].map(({ length }) => length)),
      peers: [...runs].map(([name, figures]) => ({ name, figure: spread(values(figures, key)) })),
      comparisons: others.map((against) => {
        const theirs = values(runs.get(against), key);
        const ratio = spread(own.map((value, i) => value / (theirs[i] ?? Number.NaN)));
        const goal = variant.goals.find((one) => one.measure === key && one.against === against);
        return { against, ratio, ...(goal && judged(goal, ratio)) };
      }),
    };
  });

const values = (runs: ReadonlyArray<Figures> | undefined, key: string): ReadonlyArray<number> =>
  (runs ?? []).map((figures) => figures[key] ?? Number.NaN);

const judged = (
  { atLeast, atMost }: Goal,
  { median }: Spread,
): Required<Pick<Comparison, 'goal' | 'reached'>> => ({
  goal: { ...(atLeast !== undefined && { atLeast }), ...(atMost !== undefined && { atMost }) },
  reached: median >= (atLeast ?? 0) && median <= (atMost ?? Number.POSITIVE_INFINITY),
});
