/** A user's own code over a producer, in virtual time. */
import * as Rx from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { chain, chord, group, Producer, signature } from '../../src/producer/index.js';
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

  const step = (taskId: string) => signature('t', [], {}, { taskId });

  it('a chord is its body’s result, and a chain its last task’s', () => {
    run(({ cold, expectObservable, expectSubscriptions }, backend, producer) => {
      backend.stored('---a-s---c', {
        a: success('a', 1),
        s: success('sum', 3),
        c: success('last', 'done'),
      });
      const canvases = {
        s: chord([step('a'), step('b')], step('sum')),
        c: chain([step('first'), step('last')]),
      };
      const values = cold('-s-c|', canvases).pipe(
        Rx.mergeMap((canvas) => producer.apply(canvas)),
        Rx.mergeMap((result) => ('get' in result ? result.get() : Rx.EMPTY)),
      );
      expectObservable(values).toBe('-----3---(d|)', { 3: 3, d: 'done' });
      expectSubscriptions(backend.watched('sum')).toBe('-^---!');
      expectSubscriptions(backend.watched('last')).toBe('---^-----!');
      expectSubscriptions(backend.watched('a')).toBe([]);
    });
  });

  it('a group is joined once all are done', () => {
    run(({ expectObservable, expectSubscriptions }, backend, producer) => {
      backend.stored('--b--a', { a: success('a', 1), b: success('b', 2) });
      const both = producer
        .apply(group([step('a'), step('b')]))
        .pipe(Rx.mergeMap((results) => results.join()));
      expectObservable(both).toBe('-----(v|)', { v: [1, 2] });
      expectSubscriptions(backend.watched('a')).toBe('^----!');
      expectSubscriptions(backend.watched('b')).toBe('^-!');
    });
  });

  it('what is switched from while it waits to be sent is let go of', () => {
    run(({ cold, expectObservable, expectSubscriptions }, backend, producer) => {
      backend.down('--^-----!');
      backend.stored('- 3s b', { b: success('b', 2) });
      const latest = cold('---a 500ms b', { a: 'a', b: 'b' }).pipe(
        Rx.switchMap((taskId) => producer.sendTask('t', [], {}, { taskId })),
        Rx.switchMap((result) => result.get()),
      );
      expectObservable(latest).toBe('- 3s 2', { 2: 2 });
      expectSubscriptions(backend.watched('a')).toBe([]);
    });
  });

  it('what would have to hear workers fails at once: the embedded broker has none', () => {
    run(({ expectObservable }, _, producer) => {
      const asked = [producer.ping(), producer.inspect.active(), producer.events$];
      for (const replies of asked) {
        const told = (replies as Rx.Observable<unknown>).pipe(
          Rx.catchError((error) => Rx.of(error.message)),
        );
        expectObservable(told).toBe('(e|)', {
          e: 'broker: this one can’t hear what workers reply',
        });
      }
    });
  });
});
