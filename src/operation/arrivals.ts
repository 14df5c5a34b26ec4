/**
 * Taking what has arrived. A process that computes, or is frozen for a while, finds its
 * timers due before it has read what lies in its sockets; so no deadline fires before that.
 *
 * @since 0.1.0
 */

/** As many rounds of the event loop at most, so that a flood keeps no deadline for ever. */
const MOST = 1000;

/** Calls `then` after a round of the event loop in which nothing was read any more. */
export const afterArrivals = (bytesRead: () => number, then: () => void): void => {
  const round = (rounds: number, before: number): void => {
    setImmediate(() => {
      const now = bytesRead();
      if (now !== before && rounds < MOST) round(rounds + 1, now);
      else then();
    });
  };
  // an immediate may run before the sockets are read
  setImmediate(() => round(0, Number.NaN));
};
