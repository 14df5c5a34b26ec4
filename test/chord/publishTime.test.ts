import { describe, expect, it } from 'vitest';
import { publishPolicy, publishTime } from '../../src/chord/publishTime.js';

describe('publishPolicy', () => {
  it('is the one by which Celery publishes', () => {
    expect(publishPolicy({})).toEqual({
      ...{ maxRetries: 3, intervalStart: 0, intervalStep: 0.2, intervalMax: 1 },
    });
  });

  it('is what the body says of it, as far as it says what can be waited by', () => {
    const own = { max_retries: 7, interval_step: 'x', interval_max: null, interval_start: -1 };
    expect(publishPolicy({ retry_policy: own })).toEqual({
      ...{ maxRetries: 7, intervalStart: 0, intervalStep: 0.2, intervalMax: 1 },
    });
    expect(publishPolicy({ retry: false, retry_policy: own })).toMatchObject({ maxRetries: 0 });
    expect(publishPolicy({ retry_policy: 'odd' })).toEqual(publishPolicy({}));
  });
});

describe('publishTime', () => {
  it('is that of all tries and the waits between them, and at least as long as the claim', () => {
    expect(publishTime(6, {})).toBe(21);
    expect(publishTime(6, { retry: false })).toBe(8);
    expect(publishTime(60, {})).toBe(60);
  });
});
