/** The middle of some numbers, and their ends. */

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** By nearest rank; `NaN` of none. */
export const quantile = (numbers: ReadonlyArray<number>, q: number): number => {
  const ordered = Float64Array.from(numbers).sort();
  return ordered[Math.min(ordered.length - 1, Math.floor(q * ordered.length))] ?? Number.NaN;
};

export const spread = (numbers: ReadonlyArray<number>): Spread => ({
  median: quantile(numbers, 0.5),
  min: quantile(numbers, 0),
  max: quantile(numbers, 1),
});
