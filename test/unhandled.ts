import { config } from 'rxjs';
import { afterEach, beforeEach, vi } from 'vitest';

/** What RxJS reports of what nobody handles, in each test of the file. It takes a timer, so time is faked. */
export const collectUnhandled = (): ReadonlyArray<unknown> => {
  const unhandled: Array<unknown> = [];
  beforeEach(() => {
    vi.useFakeTimers();
    unhandled.length = 0;
    config.onUnhandledError = (error) => unhandled.push(error);
  });
  afterEach(() => {
    vi.useRealTimers();
    config.onUnhandledError = null;
  });
  return unhandled;
};
