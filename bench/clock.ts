/**
 * One clock for every process: CLOCK_MONOTONIC, which the processes of a machine share
 * (Python's `time.monotonic_ns` reads the same), and which nobody sets.
 */

/** Microseconds. */
export const now = (): number => Number(process.hrtime.bigint() / 1000n);

/** Waits without giving the processor away, so that the wait is as short as was asked for. */
export const spinUntil = (microseconds: number): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (now() >= microseconds) resolve();
      else setImmediate(look);
    };
    look();
  });
