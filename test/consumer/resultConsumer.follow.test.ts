import * as Rx from 'rxjs';
import { describe, it } from 'vitest';
import { started, success, testBackend } from '../../src/testing/index.js';
import { channelOf, marbles, told } from './marbles.js';

const metas = { s: started('a'), d: success('a', 42) };
/** How an operation without a value ends. */
const done = { x: undefined };

describe('following a task that nobody watches yet', () => {
  it('is done once its channel is subscribed to, and holds it until the result is there', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('---s--d', metas);
      expectObservable(Rx.from(backend.onTaskCall(null, 'a')), '--^').toBe('--(x|)', done);
      expectSubscriptions(backend.watched('a')).toBe('--^---!');
    }));

  it('is done at once where the result is there already, and holds nothing', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('d^', metas);
      expectObservable(Rx.from(backend.onTaskCall(null, 'a'))).toBe('(x|)', done);
      expectSubscriptions(backend.watched('a')).toBe('(^!)');
    }));

  it('ends with the time to live of a result', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler, { expires: 2 });
      expectObservable(Rx.from(backend.onTaskCall(null, 'a'))).toBe('(x|)', done);
      expectSubscriptions(backend.watched('a')).toBe('^ 1999ms !');
    }));

  it('never ends of itself where results do not expire', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler, { expires: 0 });
      expectObservable(Rx.from(backend.onTaskCall(null, 'a'))).toBe('(x|)', done);
      expectSubscriptions(backend.watched('a')).toBe('^');
    }));

  it('lasts as long as a timer can count where results live longer', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler, { expires: 30 * 86_400 });
      expectObservable(Rx.from(backend.onTaskCall(null, 'a'))).toBe('(x|)', done);
      expectSubscriptions(backend.watched('a')).toBe('^ 2147482999ms !');
    }));

  it('ends when the task is forgotten', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      expectObservable(Rx.from(backend.onTaskCall(null, 'a'))).toBe('(x|)', done);
      expectObservable(cold('---x').pipe(Rx.mergeMap(() => backend.forget('a')))).toBe(
        '---x',
        done,
      );
      expectSubscriptions(backend.watched('a')).toBe('^--!');
    }));

  it('may be asked for twice: the channel is held by the later one too', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler, { expires: 1 });
      const follow = Rx.from(backend.onTaskCall(null, 'a'));
      expectObservable(follow).toBe('(x|)', done);
      expectObservable(follow, '500ms ^').toBe('500ms (x|)', done);
      expectSubscriptions(backend.watched('a')).toBe('^ 1499ms !');
    }));

  it('waits for a link that is down, and is then done', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler, {
        retryPolicy: { intervalStart: 0.001, intervalStep: 0, intervalMax: 0.001 },
      });
      backend.down('^---!');
      expectObservable(Rx.from(backend.onTaskCall(null, 'a'))).toBe('----(x|)', done);
      expectSubscriptions(backend.watched('a')).toBe('----^ 86399995ms !');
    }));

  it('fails where the link stays down to the end of the policy', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler, { retryPolicy: { maxRetries: 0 } });
      backend.down('^');
      expectObservable(told(Rx.from(backend.onTaskCall(null, 'a'))), '-^').toBe(
        '-#',
        undefined,
        'RetryLimitExceeded: Retry limit exceeded after 0 retries: Redis at memory://: connection refused',
      );
      expectSubscriptions(backend.watched('a')).toBe([]);
    }));

  it('holds the channel over a lost link', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.cut('   --x');
      backend.stored('-----d', metas);
      expectObservable(Rx.from(backend.onTaskCall(null, 'a'))).toBe('(x|)', done);
      expectSubscriptions(backend.watched('a')).toBe(['^-!', '--^--!']);
    }));

  it('lets a watch that comes later have the latest state, and leave without releasing it', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-s----d', metas);
      expectObservable(Rx.from(backend.onTaskCall(null, 'a'))).toBe('(x|)', done);
      expectObservable(backend.resultConsumer.consumeFrom('a'), '--^-!').toBe('--s', metas);
      expectSubscriptions(backend.watched('a')).toBe('^-----!');
    }));

  it('does nothing inside a task that must not block', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler, { taskJoinWillBlock: () => true });
      expectObservable(Rx.from(backend.onTaskCall(null, 'a'))).toBe('(x|)', done);
      expectSubscriptions(backend.watched('a')).toBe([]);
    }));

  it('fails for an empty id, and for what is no meta', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      expectObservable(cold('x').pipe(Rx.mergeMap(() => backend.set(channelOf('a'), '?')))).toBe(
        '0',
        { 0: 0 },
      );
      expectObservable(told(Rx.from(backend.onTaskCall(null, ''))), '-^').toBe(
        '-#',
        undefined,
        'InvalidArgument: task_id must not be empty',
      );
      const tag = Rx.catchError(({ _tag }: { _tag: string }) => Rx.of(_tag));
      expectObservable(Rx.from(backend.onTaskCall(null, 'a')).pipe(tag), '-^').toBe('-(x|)', {
        x: 'DecodeError',
      });
      expectSubscriptions(backend.watched('a')).toBe('-(^!)');
    }));

  it('is let go of by who does not wait for it to be done', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler, {
        retryPolicy: { intervalStart: 0.001, intervalStep: 0, intervalMax: 0.001 },
      });
      backend.down('^-----!');
      expectObservable(Rx.from(backend.onTaskCall(null, 'a')), '-^-!').toBe('-');
      expectObservable(backend.resultConsumer.consumeFrom('b'), '^--------!').toBe('-');
      expectSubscriptions(backend.watched('a')).toBe([]);
      expectSubscriptions(backend.watched('b')).toBe('------^--!');
    }));

  it('is held by who was done, though he unsubscribes then', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler, { expires: 1 });
      expectObservable(backend.onTaskCall(null, 'a').pipe(Rx.take(1)), '^--!').toBe('(x|)', done);
      expectSubscriptions(backend.watched('a')).toBe('^ 999ms !');
    }));

  it('is held for the others where one of those who follow lets go', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler, {
        retryPolicy: { intervalStart: 0.001, intervalStep: 0, intervalMax: 0.001 },
      });
      backend.down('^-----!');
      backend.stored('--------d', metas);
      expectObservable(Rx.from(backend.onTaskCall(null, 'a')), '-^-!').toBe('-');
      expectObservable(Rx.from(backend.onTaskCall(null, 'a')), '-^').toBe('------(x|)', done);
      expectSubscriptions(backend.watched('a')).toBe('------^-!');
    }));

  it('is Closed once the backend is', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      expectObservable(Rx.from(backend.close())).toBe('(x|)', done);
      expectObservable(told(Rx.from(backend.onTaskCall(null, 'a'))), '-^').toBe(
        '-#',
        undefined,
        'Closed: The backend is closed',
      );
    }));
});
