/** The outcomes as lines of text. */
import type { Judged, Outcome } from './report.js';
import type { Spread } from './statistics.js';

export const table = (outcomes: ReadonlyArray<Outcome>): string => outcomes.map(block).join('\n\n');

/** With three digits that say something. */
export const digits = (value: number): string =>
  value.toLocaleString(
    'en',
    Math.abs(value) < 1000 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 },
  );

const block = ({ title, unit, peers, comparisons, own }: Outcome): string =>
  [
    line(`${title}`, unit, 'min – max', 'chordis ÷ it', 'goal'),
    ...peers.map(({ name, figure }) => {
      const comparison = comparisons.find(({ against }) => against === name);
      const cells = comparison === undefined ? [] : [digits(comparison.ratio.median)];
      const judged = name === 'chordis' ? own : comparison;
      const text = [comparison && `(${ends(comparison.ratio)})`, judged && goalText(judged)];
      const goal = text.filter(Boolean).join('  ');
      return line(`  ${name}`, digits(figure.median), ends(figure), cells.join(), goal);
    }),
  ].join('\n');

const line = (name: string, median: string, range: string, ratio: string, goal: string): string =>
  [name.padEnd(44), median.padStart(14), range.padStart(26), ratio.padStart(14), `  ${goal}`]
    .join('')
    .trimEnd();

const ends = ({ min, max }: Spread): string => `${digits(min)} – ${digits(max)}`;

const goalText = ({ goal, reached }: Judged): string => {
  if (goal === undefined) return '';
  const bound =
    goal.atLeast === undefined ? `≤ ${digits(goal.atMost ?? 0)}` : `≥ ${digits(goal.atLeast)}`;
  return `goal ${bound}: ${reached ? 'reached' : 'missed'}`;
};
