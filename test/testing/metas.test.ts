import { deepStrictEqual } from 'node:assert';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import {
  failure,
  meta,
  progress,
  retry,
  revoked,
  started,
  success,
  testBackend,
} from '../../src/testing/index.js';

describe('the metas of a task', () => {
  // Node's own assertion is the strictest
  const scheduler = new TestScheduler(deepStrictEqual);

  it('come back as they were stored', () =>
    scheduler.run(({ expectObservable }) => {
      const backend = testBackend(scheduler);
      const all = {
        s: started('a', { pid: 7, hostname: 'w@h' }),
        p: progress('a', { done: 1 }),
        t: retry('a', 'OSError', ['again', 3]),
        m: meta('a', 'COMPRESSING', 'a.txt'),
        f: failure('a', 'ValueError', ['x']),
      };
      backend.stored('sptmf', all);
      expectObservable(backend.resultConsumer.consumeFrom('a')).toBe('sptm(f|)', all);
      backend.stored('-r', { r: revoked('b', 'expired') });
      expectObservable(backend.resultConsumer.consumeFrom('b')).toBe('-(r|)', {
        r: revoked('b', 'expired'),
      });
    }));

  it('are in the states that Celery has for them', () => {
    const all = [
      started('a'),
      progress('a', 1),
      retry('a', 'E'),
      success('a', 1),
      failure('a', 'E'),
      revoked('a'),
    ];
    expect(all.map(({ status }) => status)).toEqual([
      'STARTED',
      'PROGRESS',
      'RETRY',
      'SUCCESS',
      'FAILURE',
      'REVOKED',
    ]);
  });
});
