import { describe, expect, it } from 'vitest';
import { afterArrivals } from '../../src/operation/arrivals.js';

/** In how many rounds of the event loop something arrives; and how many were over by then. */
const arriving = (rounds: number): Promise<number> =>
  new Promise((resolve) => {
    let bytes = 0;
    const read = (): void => {
      if (bytes >= rounds) return;
      bytes += 1;
      setImmediate(read);
    };
    read();
    afterArrivals(
      () => bytes,
      () => resolve(bytes),
    );
  });

describe('afterArrivals', () => {
  it.each([0, 1, 10, 100])('waits until all is taken: %i', async (rounds) => {
    expect(await arriving(rounds)).toBe(rounds);
  });

  it('does not wait for the end of a flood', async () => {
    expect(await arriving(100_000)).toBeLessThan(2000);
  });

  it('never calls at once', async () => {
    let isCalled = false;
    afterArrivals(
      () => 0,
      () => {
        isCalled = true;
      },
    );
    expect(isCalled).toBe(false);
    await Promise.resolve();
    expect(isCalled).toBe(false);
  });
});
