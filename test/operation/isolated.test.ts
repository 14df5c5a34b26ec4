import { expect, it, vi } from 'vitest';
import { isolated } from '../../src/operation/isolated.js';
import { collectUnhandled } from '../unhandled.js';

const unhandled = collectUnhandled();

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
