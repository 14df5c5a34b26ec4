import { getEventListeners } from 'node:events';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { RedisBackend } from '../../src/backend/redisBackend.js';
import type { Aborted } from '../../src/errors/errors.js';
import { memoryStore } from '../../src/memory/memoryStore.js';
import * as Op from '../../src/operation/operation.js';
import type { Settle } from '../../src/operation/run.js';
import { started, success, testBackend } from '../../src/testing/index.js';
import { marbles, told } from '../consumer/marbles.js';
import { backendOver } from '../store/backendOver.js';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

/** Aborts at the marble. */
const abortAt = (hot: (marbles: string) => Rx.Observable<unknown>, at: string): AbortSignal => {
  const controller = new AbortController();
  hot(at).subscribe(() => controller.abort('gone'));
  return controller.signal;
};

describe('withSignal', () => {
  it('is Aborted when the signal aborts, and has left the source by then', () =>
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const source = cold('----a|');
      const op = pipe(Op.fromObservable(source), Op.withSignal(abortAt(hot, '--x')));
      expectObservable(told(op)).toBe(
        '--#',
        undefined,
        'Aborted: The wait was aborted by its signal',
      );
      expectSubscriptions(source.subscriptions).toBe('^-!');
    }));

  it('changes nothing where the signal aborts later, or there is none', () =>
    marbles(({ hot, cold, expectObservable }) => {
      const op = Op.fromObservable(cold('-a|'));
      expectObservable(Op.withSignal(abortAt(hot, '--x'))(op)).toBe('-(a|)');
      expect(Op.withSignal(undefined)(op)).toBe(op);
    }));

  it('runs nothing where the signal has aborted', async () => {
    let runs = 0;
    const op = Op.tryCatch(async () => {
      runs += 1;
    });
    const outcome = await Op.withSignal(AbortSignal.abort('gone'))(op)();
    expect(outcome).toMatchObject({ left: { _tag: 'Aborted', cause: 'gone' } });
    expect(runs).toBe(0);
  });

  it.each([
    ['an object', {}],
    ['a text', 'soon'],
    ['half a signal', { aborted: false, addEventListener: () => undefined }],
  ])('is refused where the signal is none: %s', async (_, given) => {
    const signal = given as AbortSignal;
    const refused = { _tag: 'InvalidArgument', message: 'signal must be an AbortSignal.' };
    const op = Op.fromObservable(Rx.of(1));
    expect(await Op.withSignal(signal)(op)()).toMatchObject({ left: refused });
    const told = Rx.firstValueFrom(Rx.of(1).pipe(Op.untilAborted(signal)));
    await expect(told).rejects.toMatchObject(refused);
  });

  it('takes null for none, as fetch does', async () => {
    const none = null as unknown as AbortSignal;
    const op = Op.fromObservable(Rx.of(1));
    expect(await Op.withSignal(none)(op)()).toEqual(E.right(1));
    expect(await Rx.firstValueFrom(Rx.of(1).pipe(Op.untilAborted(none)))).toBe(1);
  });

  it('tells the reason of the signal as its cause', async () => {
    const reason = new RangeError('out of time');
    const never = Op.fromObservable(Rx.NEVER);
    const controller = new AbortController();
    const outcome = Op.withSignal(controller.signal)(never)();
    controller.abort(reason);
    expect(await outcome).toMatchObject({
      left: { _tag: 'Aborted', cause: reason, message: 'The wait was aborted by its signal' },
    });
  });

  it('is told by a promise too, which rejects', async () => {
    const never = Op.fromObservable(Rx.NEVER);
    const waited = Op.toPromise(never, { signal: AbortSignal.timeout(1) });
    await expect(waited).rejects.toMatchObject({
      _tag: 'Aborted',
      cause: { name: 'TimeoutError' },
    });
  });

  it('tells once, though the run itself aborts the signal', async () => {
    const controller = new AbortController();
    const op = Op.tryCatch(() => {
      controller.abort('gone');
      return Promise.resolve(1);
    });
    const heard: Array<unknown> = [];
    Op.withSignal(controller.signal)(op).subscribe({
      next: (value) => heard.push(value),
      error: ({ _tag }: Aborted) => heard.push(_tag),
    });
    await Promise.resolve();
    expect(heard).toEqual(['Aborted']);
  });

  it('leaves no listener on the signal, however a wait ends', async () => {
    const { signal } = new AbortController();
    const bound = Op.withSignal(signal);
    await bound(Op.of(1))();
    await bound(Op.fromObservable(Rx.throwError(() => 'broken')))();
    await bound(Op.fromObservable(Rx.timer(1)))();
    bound(Op.fromObservable(Rx.NEVER)).subscribe().unsubscribe();
    expect(listeners(signal)).toBe(0);
  });
});

describe('10,000 waits on one signal', () => {
  it('have one listener between them, and none once they are over', async () => {
    await using backend = new RedisBackend({ url: 'memory://' });
    const { signal } = new AbortController();
    const ids = Array.from({ length: 10_000 }, (_, i) => `task-${i}`);
    const values = ids.map((id) => backend.asyncResult(id).get({ signal })());
    expect(listeners(signal)).toBe(1);
    await Promise.all(ids.map((id, i) => backend.markAsDone(id, i)()));
    expect(await Promise.all(values)).toEqual(ids.map((_, i) => E.right(i)));
    expect(listeners(signal)).toBe(0);
  });

  it('all end when it aborts, and every channel is left', async () => {
    await using backend = new RedisBackend({ url: 'memory://' });
    const controller = new AbortController();
    const ids = Array.from({ length: 10_000 }, (_, i) => `task-${i}`);
    const values = ids.map((id) => backend.asyncResult(id).get({ signal: controller.signal })());
    controller.abort();
    const outcomes = await Promise.all(values);
    expect(outcomes.every((one) => E.isLeft(one) && one.left._tag === 'Aborted')).toBe(true);
    expect(ids.some((id) => backend.resultConsumer.isFollowing(id))).toBe(false);
    expect(listeners(controller.signal)).toBe(0);
  });
});

describe('a wait of a backend', () => {
  it('ends by its signal: get', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const get = backend.asyncResult('a').get({ signal: abortAt(hot, '---x') });
      expectObservable(told(get)).toBe(
        '---#',
        undefined,
        'Aborted: The wait was aborted by its signal',
      );
      expectSubscriptions(backend.watched('a')).toBe('^--!');
    }));

  it('ends by its signal: onTaskCall', () =>
    marbles(({ hot, expectObservable }, scheduler) => {
      const backend = testBackend(scheduler, { retryPolicy: { maxRetries: null } });
      backend.down('^');
      const followed = backend.onTaskCall(null, 'a', { signal: abortAt(hot, '---x') });
      expectObservable(told(followed), '-^ 50ms !').toBe(
        '---#',
        undefined,
        'Aborted: The wait was aborted by its signal',
      );
    }));

  it('ends by its signal: getMany, as a whole', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-a', { a: success('a', 1) });
      const signal = abortAt(hot, '---x');
      const ids$ = backend.getMany(['a', 'b'], undefined, { signal }).pipe(Rx.map(([id]) => id));
      expectObservable(told(ids$)).toBe(
        '-a-#',
        undefined,
        'Aborted: The wait was aborted by its signal',
      );
      expectSubscriptions(backend.watched('b')).toBe('^--!');
    }));

  it('ends by its signal: any stream, by untilAborted', () =>
    marbles(({ hot, expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      backend.stored('-s', { s: started('a') });
      const { meta$ } = backend.asyncResult('a');
      const until = meta$.pipe(Op.untilAborted(abortAt(hot, '---x')));
      expectObservable(told(until)).toBe(
        '-s-#',
        { s: started('a') },
        'Aborted: The wait was aborted by its signal',
      );
      expectSubscriptions(backend.watched('a')).toBe('^--!');
    }));

  it('ends by its signal: close, which hangs up then', async () => {
    let hangsUp = 0;
    const store = memoryStore();
    const connection = {
      ...store,
      commands: { ...store.commands, get: () => () => undefined },
      close: (settle: Settle<void>) => {
        hangsUp += 1;
        return store.close(settle);
      },
    };
    const backend = backendOver(connection);
    backend.get('stuck').subscribe();
    const controller = new AbortController();
    const closed = backend.close({ signal: controller.signal })();
    expect(hangsUp).toBe(0);
    controller.abort('gone');
    expect(await closed).toMatchObject({ left: { _tag: 'Aborted' } });
    expect(hangsUp).toBe(1);
  });

  it('closes, though the signal of close has aborted before', async () => {
    const backend = new RedisBackend({ url: 'memory://' });
    expect(await backend.close({ signal: AbortSignal.abort('gone') })()).toMatchObject({
      left: { _tag: 'Aborted' },
    });
    expect(await backend.get('k')()).toMatchObject({ left: { _tag: 'Closed' } });
  });
});
