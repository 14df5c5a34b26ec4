import { asapScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { atEndOfTick } from '../../src/operation/endOfTick.js';

describe('atEndOfTick', () => {
  it('calls once what runs now has ended', async () => {
    const calls: Array<string> = [];
    atEndOfTick(() => calls.push('then'));
    calls.push('now');
    await Promise.resolve();
    expect(calls).toEqual(['now', 'then']);
  });

  it('calls behind a throw of somebody else, once', async () => {
    let calls = 0;
    asapScheduler.schedule(() => {
      throw new Error("somebody else's");
    });
    atEndOfTick(() => {
      calls += 1;
    });
    expect(() => asapScheduler.flush()).toThrow("somebody else's");
    await new Promise(setImmediate);
    expect(calls).toBe(1);
  });
});
