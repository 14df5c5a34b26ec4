import { describe, expect, it } from 'vitest';
import { connectionLostMessage, humanizeSeconds } from '../../src/retry/humanizeSeconds.js';
import { vectors } from '../vectors.js';

const cases = vectors('retry');

describe('humanizeSeconds', () => {
  it.each(cases.filter((c) => c.op === 'humanize_seconds'))('says it as Celery: $name', (c) => {
    expect(humanizeSeconds(c.seconds)).toBe(c.text);
  });
});

describe('connectionLostMessage', () => {
  it.each(cases.filter((c) => c.op === 'ensure'))("is Celery's line: $name", (c) => {
    const { max_retries } = c.effective_policy;
    const waits: ReadonlyArray<number> = c.slept_before_each_call.slice(1);
    const logged = waits.map((seconds, retries) => [
      'ERROR',
      connectionLostMessage(retries, max_retries, seconds),
    ]);
    expect(logged).toEqual(c.log);
  });
});
