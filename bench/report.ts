/**
 * What was measured: for each row and measure the spread of every peer, and chordis'
 * figure divided by each other's, run by run, beside what is to be reached.
 */
import type { Figures } from './peer.js';
import type { PeerName } from './peers.js';
import type { Row } from './runner.js';
import { type Spread, spread } from './statistics.js';
import type { Goal, Measure } from './workload.js';

export interface Judged {
  readonly goal?: { readonly atLeast?: number; readonly atMost?: number };
  readonly reached?: boolean;
}

export interface Comparison extends Judged {
  readonly against: PeerName;
  /** chordis' figure divided by the other's, of runs that followed one another. */
  readonly ratio: Spread;
}

export interface Outcome extends Pick<Measure, 'title' | 'unit' | 'better'> {
  readonly runs: number;
  readonly peers: ReadonlyArray<{ readonly name: PeerName; readonly figure: Spread }>;
  readonly comparisons: ReadonlyArray<Comparison>;
  /** What chordis' figure itself is to be. */
  readonly own: Judged;
}

export const outcomes = ({ workload, variant, runs }: Row): ReadonlyArray<Outcome> =>
  Object.entries(workload.measures).map(([key, { title, unit, better, nearNothing }]) => {
    const own = values(runs.get('chordis'), key);
    const comparable = own.length > 0 && nearNothing === undefined;
    const others = comparable ? [...runs.keys()].filter((name) => name !== 'chordis') : [];
    const goalAgainst = (against?: PeerName): Goal | undefined =>
      variant.goals.find((one) => one.measure === key && one.against === against);
    return {
      title: [workload.name, variant.title, title].filter((part) => part !== '').join(', '),
      unit,
      better,
      runs: Math.max(0, ...[...runs.values()].map(({ length }) => length)),
      peers: [...runs].map(([name, figures]) => ({ name, figure: spread(values(figures, key)) })),
      comparisons: others.map((against) => {
        const theirs = values(runs.get(against), key);
        const ratio = spread(own.map((value, i) => value / (theirs[i] ?? Number.NaN)));
        return { against, ratio, ...judged(goalAgainst(against), ratio) };
      }),
      own: judged(goalAgainst(), spread(own)),
    };
  });

const values = (runs: ReadonlyArray<Figures> | undefined, key: string): ReadonlyArray<number> =>
  (runs ?? []).map((figures) => figures[key] ?? Number.NaN);

const judged = (goal: Goal | undefined, { median }: Spread): Judged => {
  if (goal === undefined) return {};
  const { atLeast, atMost } = goal;
  return {
    goal: { ...(atLeast !== undefined && { atLeast }), ...(atMost !== undefined && { atMost }) },
    reached: median >= (atLeast ?? 0) && median <= (atMost ?? Number.POSITIVE_INFINITY),
  };
};
