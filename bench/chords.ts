/** The chords of a run: so many parts in each, in the order of the tasks. */
import type { Params } from './tasks.js';

export const groups = ({ run, n, chord }: Params): ReadonlyArray<string> =>
  Array.from({ length: Math.ceil(n / chord) }, (_, index) => `${run}-${index}`);

export const groupKey = (group: string, suffix: string): string =>
  `celery-taskset-meta-${group}${suffix}`;

/** One more than there will ever be, unless the chords are to be whole. */
export const total = ({ n, chord, whole }: Params): number => Math.min(n, chord) + Number(!whole);

/** What a chord runs once it is whole. */
export const body = { task: 'tasks.xsum', args: [], kwargs: {}, options: {}, immutable: false };
