/**
 * Counts the results of a run and compares each: its task, its value, and that it came once.
 */
import { indexOf, type Result } from './tasks.js';

export interface Tally {
  /** What a peer calls with each result that it delivers. */
  readonly take: (id: string, value: unknown) => void;
  /** Resolves once so many results have come; rejects at the first that is wrong. */
  readonly reached: (count: number) => Promise<void>;
}

export const tally = (n: number, text: string, onResult?: (result: Result) => void): Tally => {
  const seen = new Uint8Array(n);
  let count = 0;
  let awaited = Number.POSITIVE_INFINITY;
  let settle = (_error?: Error): void => {};
  let failure: Error | undefined;
  return {
    take: (id, value) => {
      const index = indexOf(id);
      if (!isResult(value) || value.index !== index || value.text !== text || seen[index] !== 0) {
        failure ??= new Error(`Task ${id} got ${JSON.stringify(value)}, seen ${seen[index]} times`);
        settle(failure);
        return;
      }
      seen[index] = 1;
      onResult?.(value);
      count += 1;
      if (count === awaited) settle();
    },
    reached: (target) =>
      new Promise((resolve, reject) => {
        awaited = target;
        settle = (error) => (error === undefined ? resolve() : reject(error));
        if (failure !== undefined || count >= target) settle(failure);
      }),
  };
};

const isResult = (value: unknown): value is Result =>
  typeof value === 'object' && value !== null && 'index' in value && 'text' in value;
