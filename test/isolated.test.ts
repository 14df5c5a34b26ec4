import { config } from 'rxjs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isolated } from '../src/isolated.js';

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

it('reports what is thrown, as RxJS reports it, and goes on', () => {
  const thrown = new Error('not ours');
  isolated(() => {
    throw thrown;
  });
  vi.runAllTimers();
  expect(unhandled).toEqual([thrown]);
});

it('reports nothing where nothing is thrown', () => {
  isolated(() => undefined);
  vi.runAllTimers();
  expect(unhandled).toEqual([]);
});
