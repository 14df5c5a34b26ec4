/** A user's own code over a producer, in virtual time. */
import * as Rx from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { Producer } from '../../src/producer/index.js';
import { success, testBackend } from '../../src/testing/index.js';

/** What a user might write: each order is priced, those that fail are left out. */
const prices = (producer: Producer, orders$: Rx.Observable<string>): Rx.Observable<unknown> =>
  orders$.pipe(
    Rx.mergeMap((taskId) =>
      producer.sendTask('tasks.price', [taskId], {}, { taskId }).pipe(
        Rx.mergeMap((result) => result.get()),
        Rx.catchError(() => Rx.EMPTY),
      ),
    ),
  );

const run = (
  body: (
    kit: Parameters<Parameters<TestScheduler['run']>[0]>[0],
    backend: ReturnType<typeof testBackend>,
    producer: Producer,
  ) => void,
): void => {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  const backend = testBackend(scheduler, { retryPolicy: { maxRetries: 1, intervalStart: 1 } });
  const producer = new Producer({ broker: 'memory://', backend });
  scheduler.run((kit) => body(kit, backend, producer));
};

describe('over a producer', () => {
  it('a result comes when its task is done, and its channel is left then', () => {
    run(({ hot, expectObservable, expectSubscriptions }, backend, producer) => {
      backend.stored('----b---a', { a: success('a', 1), b: success('b', 2) });
      const orders$ = hot('-a-b', { a: 'a', b: 'b' });
      expectObservable(prices(producer, orders$)).toBe('----2---1', { 1: 1, 2: 2 });
      expectSubscriptions(backend.watched('a')).toBe('-^------!');
      expectSubscriptions(backend.watched('b')).toBe('---^!');
    });
  });

  it('a send waits while the broker is away, as the retry policy says', () => {
    run(({ hot, expectObservable }, backend, producer) => {
      backend.down('---^----!');
      backend.stored('- 2s a', { a: success('a', 1) });
      const orders$ = hot('-----a', { a: 'a' });
      expectObservable(prices(producer, orders$)).toBe('- 2s 1', { 1: 1 });
    });
  });

  it('a send fails once the policy is spent, and nothing is followed any more', () => {
    run(({ cold, expectObservable, expectSubscriptions }, backend, producer) => {
      backend.down('^');
      const failed = cold('-a|').pipe(
        Rx.mergeMap(() => producer.sendTask('t', [], {}, { taskId: 'a' })),
        Rx.catchError((error) => Rx.of(error._tag)),
      );
      expectObservable(failed).toBe('- 1s (e|)', { e: 'RetryLimitExceeded' });
      expectSubscriptions(backend.watched('a')).toBe([]);
    });
  });
});
