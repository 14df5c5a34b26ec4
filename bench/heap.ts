/** What the heap holds. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Step } from './peer.js';

/** In bytes, with nothing in it that is not held. */
export const heap: Step = async () => {
  for (let i = 0; i < 3; i += 1) {
    await turn();
    globalThis.gc?.();
  }
  return { bytes: process.memoryUsage().heapUsed };
};
