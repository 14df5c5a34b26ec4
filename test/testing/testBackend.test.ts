import { deepStrictEqual } from 'node:assert';
import { map } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { started, success, type TestBackend, testBackend } from '../../src/testing/index.js';

describe('x', () => {
  it('y', () => {
    const scheduler = new TestScheduler(deepStrictEqual);

    scheduler.run(({ expectObservable, expectSubscriptions }) => {
      const backend = testBackend(scheduler);
      backend.stored('--s---d', { s: started('add-1'), d: success('add-1', 5) });
      backend.cut('   ----x');

      const states$ = backend.resultConsumer.consumeFrom('add-1').pipe(map((m) => m.status));
      expectObservable(states$).toBe('--s---(d|)', { s: 'STARTED', d: 'SUCCESS' });
      expectObservable(backend.resultConsumer.consumeFrom('add-1')).toBe('--s---(d|)', {
        s: started('add-1'),
        d: success('add-1', 5),
      });
      expectSubscriptions(backend.watched('add-1')).toBe(['^---!', '----^-!']);
    });
  });
});
