import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { StandardSchema } from '../../src/index.js';
import { success, testBackend } from '../../src/testing/index.js';

const never: StandardSchema<number> = {
  '~standard': { version: 1, vendor: 'test', validate: () => new Promise(() => undefined) },
};

describe('an asynchronous codec that never answers', () => {
  const endOf = (timeout: number | null): ReadonlyArray<unknown> => {
    const scheduler = new TestScheduler(() => undefined);
    const ends: Array<unknown> = [];
    scheduler.run(({ flush }) => {
      const backend = testBackend(scheduler);
      backend.stored('x', { x: success('a', 1) });
      const got = backend.asyncResult('a', never).get({ timeout });
      scheduler.schedule(() => {
        got.subscribe({ error: (error) => ends.push([scheduler.now(), error]) });
      }, 1);
      flush();
    });
    return ends;
  };

  it('is a ResultTimeout, when it has had as long as the wait', () => {
    expect(endOf(3)).toEqual([
      [3001, expect.objectContaining({ _tag: 'ResultTimeout', seconds: 3 })],
    ]);
  });

  it('has a second at the least, and without a timeout no end', () => {
    expect(endOf(0)).toEqual([
      [1001, expect.objectContaining({ _tag: 'ResultTimeout', seconds: 1 })],
    ]);
    expect(endOf(null)).toEqual([]);
  });
});
