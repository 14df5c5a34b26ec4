/**
 * Counts the results of a run and compares each: its task, its value, and that it came once.
 */
import { now } from './clock.js';
import { indexOf, type Result } from './tasks.js';

export interface Tally {
  /** What a peer calls with each result that it delivers. */
  readonly take: (id: string, value: unknown) => void;
  /** When the first had come. Rejects where a result was wrong, as does the other. */
  readonly first: Promise<number>;
  /** When the last had come. */
  readonly last: Promise<number>;
}

export const tally = (n: number, text: string, onResult?: (result: Result) => void): Tally => {
  const seen = new Uint8Array(n);
  const first = milestone();
  const last = milestone();
  let count = 0;
  return {
    take: (id, value) => {
      const index = indexOf(id);
      if (!isResult(value) || value.index !== index || value.text !== text || seen[index] !== 0) {
        const times = seen[index] === 0 ? '' : ' a second time';
        const error = new Error(`Task ${id} got ${JSON.stringify(value)}${times}`);
        first.fail(error);
        last.fail(error);
        return;
      }
      seen[index] = 1;
      onResult?.(value);
      count += 1;
      if (count === 1) first.pass(now());
      if (count === n) last.pass(now());
    },
    first: first.reached,
    last: last.reached,
  };
};

interface Milestone {
  readonly reached: Promise<number>;
  readonly pass: (at: number) => void;
  readonly fail: (error: Error) => void;
}

const milestone = (): Milestone => {
  let pass = (_at: number): void => {};
  let fail = (_error: Error): void => {};
  const reached = new Promise<number>((resolve, reject) => {
    pass = resolve;
    fail = reject;
  });
  reached.catch(() => {});
  return { reached, pass, fail };
};

const isResult = (value: unknown): value is Result =>
  typeof value === 'object' && value !== null && 'index' in value && 'text' in value;
