/** The outcomes as lines of text. */
import type { Comparison, Outcome } from './report.js';
import type { Spread } from './statistics.js';

export const table = (outcomes: ReadonlyArray<Outcome>): string => outcomes.map(block).join('\n\n');

/** With three digits that say something. */
export const digits = (value: number): string =>
  value.toLocaleString(
    'en',
    Math.abs(value) < 1000 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 },
  );

const block = ({ title, unit, peers, comparisons }: Outcome): string =>
  [
    line(`${title}`, unit, 'min – max', 'chordis ÷ it', 'goal'),
    ...peers.map(({ name, figure }) => {
      const comparison = comparisons.find(({ against }) => against === name);
      const cells = comparison === undefined ? [] : [digits(comparison.ratio.median)];
      const goal = comparison === undefined ? '' : goalText(comparison);
      return line(`  ${name}`, digits(figure.median), ends(figure), cells.join(), goal);
    }),
  ].join('\n');

const line = (name: string, median: string, range: string, ratio: string, goal: string): string =>
  [name.padEnd(44), median.padStart(14), range.padStart(26), ratio.padStart(14), `  ${goal}`]
    .join('')
    .trimEnd();

const ends = ({ min, max }: Spread): string => `${digits(min)} – ${digits(max)}`;

const goalText = ({ ratio, goal, reached }: Comparison): string => {
  const range = `(${ends(ratio)})`;
  if (goal === undefined) return range;
  const bound = goal.atLeast === undefined ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
  return `${range}  goal ${bound}: ${reached ? 'reached' : 'missed'}`;
};
