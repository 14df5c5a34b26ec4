/**
 * The outcomes as a drawing that is readable on a light ground and on a dark one: a line
 * for each, and on it how fast each peer is beside chordis, which is the upright at 1.
 */
import type { Outcome } from './report.js';
import { digits } from './table.js';

// -------------------------------------------------------------------------------------
// the scale
// -------------------------------------------------------------------------------------

const WIDTH = 1000;
const LEFT = 420;
const RIGHT = 30;
const TOP = 84;
const LINE = 24;
const BOTTOM = 44;

/** What is slower than the first or faster than the last is drawn at the end. */
const TICKS = [1 / 1000, 1 / 100, 1 / 10, 1, 10];
const [FIRST = 1] = TICKS;
const LAST = TICKS[TICKS.length - 1] ?? 1;

const x = (speed: number): number => {
  const within = Math.min(LAST, Math.max(FIRST, speed));
  const share = Math.log(within / FIRST) / Math.log(LAST / FIRST);
  return Math.round((LEFT + share * (WIDTH - LEFT - RIGHT)) * 10) / 10;
};

// -------------------------------------------------------------------------------------
// the drawing
// -------------------------------------------------------------------------------------

const COLOURS: ReadonlyArray<readonly [start: string, colour: string]> = [
  ['chordis', '#2f81f7'],
  ['ioredis,', '#f4a3a0'],
  ['ioredis', '#e5534b'],
  ['Celery', '#3fa35b'],
  ['celery-node', '#a371f7'],
  ['BullMQ', '#d4892a'],
];
const OTHERS = '#8b949e';

const colour = (name: string): string =>
  COLOURS.find(([start]) => name.startsWith(start))?.[1] ?? OTHERS;

export const chart = (outcomes: ReadonlyArray<Outcome>): string => {
  const drawn = outcomes.filter(({ comparisons }) => comparisons.length > 0);
  const height = TOP + drawn.length * LINE + BOTTOM;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="The speed of chordis beside its peers">`,
    STYLE,
    `<text class="title" x="0" y="18">Speed of each peer, chordis = 1: left is slower, right is faster</text>`,
    ...legend(drawn),
    ...TICKS.map((tick) => upright(tick, height)),
    ...drawn.flatMap((outcome, index) => row(outcome, TOP + (index + 0.5) * LINE)),
    '</svg>',
    '',
  ].join('\n');
};

const STYLE = `<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 14px }
.tick { text-anchor: middle; fill: #656d76 }
.figure { text-anchor: end; fill: #2f81f7 }
.grid { stroke: #d0d7de }
.own { stroke: #2f81f7; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .tick { fill: #9198a1 }
  .grid { stroke: #3d444d }
}
</style>`;

const legend = (outcomes: ReadonlyArray<Outcome>): ReadonlyArray<string> => {
  const names = [...new Set(outcomes.flatMap(({ peers }) => peers.map(({ name }) => name)))];
  let left = 6;
  return names.flatMap((name) => {
    const start = left;
    left += 32 + Math.round(name.length * 6.4);
    return [
      `<circle cx="${start}" cy="42" r="5" fill="${colour(name)}"/>`,
      `<text x="${start + 9}" y="46">${escaped(name)}</text>`,
    ];
  });
};

const upright = (tick: number, height: number): string => {
  const label = tick < 1 ? `1/${digits(1 / tick)}` : digits(tick);
  const bottom = height - BOTTOM + 6;
  return [
    `<line class="${tick === 1 ? 'own' : 'grid'}" x1="${x(tick)}" x2="${x(tick)}" y1="${TOP - 6}" y2="${bottom}"/>`,
    `<text class="tick" x="${x(tick)}" y="${bottom + 18}">${label}</text>`,
  ].join('\n');
};

const row = (
  { title, unit, better, peers, comparisons }: Outcome,
  y: number,
): ReadonlyArray<string> => [
  `<text x="0" y="${y + 4}">${escaped(title)}</text>`,
  `<text class="figure" x="${LEFT - 16}" y="${y + 4}">${own(peers)} ${unit}</text>`,
  `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>`,
  ...comparisons.map(({ against, ratio }) => {
    const speed = (value: number): number => (better === 'higher' ? 1 / value : value);
    const fill = colour(against);
    const median = peers.find(({ name }) => name === against)?.figure.median ?? Number.NaN;
    return [
      `<g><title>${escaped(`${against}: ${digits(median)} ${unit}, ${digits(speed(ratio.median))} of chordis' speed`)}</title>`,
      `<line stroke="${fill}" stroke-width="3" x1="${x(speed(ratio.min))}" x2="${x(speed(ratio.max))}" y1="${y}" y2="${y}"/>`,
      `<circle cx="${x(speed(ratio.median))}" cy="${y}" r="5" fill="${fill}"/></g>`,
    ].join('');
  }),
];

const own = (peers: Outcome['peers']): string =>
  digits(peers.find(({ name }) => name === 'chordis')?.figure.median ?? Number.NaN);

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
