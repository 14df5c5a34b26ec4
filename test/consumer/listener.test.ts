import {
  asyncScheduler,
  finalize,
  map,
  Observable,
  type Observer,
  Subject,
  Subscription,
  UnsubscriptionError,
} from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { Audience } from '../../src/consumer/audience.js';
import { TaskStream } from '../../src/consumer/taskStream.js';
import { ResultCancelled } from '../../src/errors/errors.js';
import { started, success } from '../../src/testing/index.js';
import type { TaskMeta } from '../../src/wire/taskMeta.js';
import { collectUnhandled } from '../unhandled.js';
import { registry } from './channels.js';

/** Something to subscribe to, and what makes it tell. */
interface Source {
  readonly source: Observable<TaskMeta>;
  readonly tell: Pick<Audience, 'next' | 'settle' | 'fail' | 'complete'>;
}

/** A channel, whose listeners are ours. */
const channel = (): Source => {
  const channels = registry({ scheduler: asyncScheduler });
  const a = channels.channel('a');
  return {
    source: new TaskStream('a', { channel: () => a }),
    tell: {
      next: (meta) => channels.tell(a, meta),
      settle: (meta) => channels.settle(a, meta),
      fail: (error) => channels.fail(a, error),
      complete: () => channels.close(a),
    },
  };
};

/** What stands for it in RxJS, whose Subscribers set the contract. */
const subject = (): Source => {
  const a = new Subject<TaskMeta>();
  return {
    source: new Observable((observer) => a.subscribe(observer)),
    tell: {
      next: (meta) => {
        a.next(meta);
        return true;
      },
      settle: (meta) => {
        a.next(meta);
        a.complete();
      },
      fail: (error) => a.error(error),
      complete: () => a.complete(),
    },
  };
};

const running = started('a');
const ready = success('a', 1);
const cancelled = new ResultCancelled('a');
const thrown = new Error('thrown by a handler');
const fail = (): never => {
  throw thrown;
};

const unhandled = collectUnhandled();

describe.each([
  ['a channel', channel],
  ["RxJS's own", subject],
])('a listener of %s', (_, make) => {
  const listen = (handlers: Partial<Observer<TaskMeta>> = {}) => {
    const { source, tell } = make();
    const heard: Array<unknown> = [];
    const subscription = source.subscribe({
      next: (meta) => heard.push(meta),
      error: (error) => heard.push(error),
      complete: () => heard.push('|'),
      ...handlers,
    });
    return { source, tell, heard, subscription };
  };

  it('hears each state and the end, and is closed', () => {
    const { tell, heard, subscription } = listen();
    tell.next(running);
    expect(subscription.closed).toBe(false);
    tell.settle(ready);
    expect(heard).toEqual([running, ready, '|']);
    expect(subscription.closed).toBe(true);
  });

  it('hears an error, and is closed', () => {
    const { tell, heard, subscription } = listen();
    tell.fail(cancelled);
    expect(heard).toEqual([cancelled]);
    expect(subscription.closed).toBe(true);
  });

  it('hears nothing once it has unsubscribed, though it does so in a handler', () => {
    const { source, tell } = make();
    const heard: Array<unknown> = [];
    const subscription: Subscription = source.subscribe({
      next: (meta) => {
        heard.push(meta);
        subscription.unsubscribe();
      },
      complete: () => heard.push('|'),
    });
    tell.settle(ready);
    expect(heard).toEqual([ready]);
  });

  it('runs its teardowns once, after the handler of the end', () => {
    const order: Array<string> = [];
    const { tell, subscription } = listen({ complete: () => order.push('complete') });
    subscription.add(() => order.push('teardown'));
    tell.complete();
    subscription.unsubscribe();
    expect(order).toEqual(['complete', 'teardown']);
  });

  it('throws what its teardown throws, and is closed', () => {
    const { subscription } = listen();
    subscription.add(fail);
    expect(() => subscription.unsubscribe()).toThrow(UnsubscriptionError);
    expect(subscription.closed).toBe(true);
  });

  it('is a subscription that others can own', () => {
    const all = new Subscription();
    const { tell, heard, subscription } = listen();
    all.add(subscription);
    all.unsubscribe();
    tell.next(running);
    expect(heard).toEqual([]);
  });

  it('goes on when a handler has thrown, and disturbs nobody', () => {
    const { source, tell } = make();
    const [first, second]: [Array<unknown>, Array<unknown>] = [[], []];
    source.subscribe((meta) => {
      first.push(meta);
      fail();
    });
    source.subscribe((meta) => second.push(meta));
    tell.next(running);
    tell.settle(ready);
    expect([first, second]).toEqual([
      [running, ready],
      [running, ready],
    ]);
    vi.runAllTimers();
    expect(unhandled).toEqual([thrown, thrown]);
  });

  it.each([
    ['error', (tell: Source['tell']) => tell.fail(cancelled)],
    ['complete', (tell: Source['tell']) => tell.complete()],
  ])('is closed though its handler of %s has thrown', (name, end) => {
    const { tell, subscription } = listen({ [name]: fail });
    end(tell);
    vi.runAllTimers();
    expect(unhandled).toEqual([thrown]);
    expect(subscription.closed).toBe(true);
  });

  it.each([
    ['a function', (source: Observable<TaskMeta>) => source.subscribe(() => undefined)],
    ['nothing', (source: Observable<TaskMeta>) => source.subscribe()],
    ['null', (source: Observable<TaskMeta>) => source.subscribe(null)],
  ])('reports an error that %s cannot handle', (_name, subscribe) => {
    const { source, tell } = make();
    const subscription = subscribe(source);
    tell.fail(cancelled);
    vi.runAllTimers();
    expect(unhandled).toEqual([cancelled]);
    expect(subscription.closed).toBe(true);
  });

  it('takes three handlers, any of them null', () => {
    const { source, tell } = make();
    const heard: Array<unknown> = [];
    source.subscribe(null, (error) => heard.push(error));
    source.subscribe((meta) => heard.push(meta), null, null);
    source.subscribe(undefined, undefined, () => heard.push('|'));
    tell.next(running);
    tell.fail(cancelled);
    expect(heard).toEqual([running, cancelled]);
  });

  it('calls the methods of an observer as its own', () => {
    class Last {
      value: unknown;
      next(meta: TaskMeta): void {
        this.value = meta;
      }
    }
    const { source, tell } = make();
    const last = new Last();
    source.subscribe(last);
    tell.next(running);
    expect(last.value).toBe(running);
  });

  it('may be a subject', () => {
    const { source, tell } = make();
    const heard: Array<unknown> = [];
    const target = new Subject<TaskMeta>();
    target.subscribe({ next: (meta) => heard.push(meta), complete: () => heard.push('|') });
    source.subscribe(target);
    tell.settle(ready);
    expect(heard).toEqual([ready, '|']);
  });

  it('may be an operator', () => {
    const { source, tell } = make();
    const heard: Array<unknown> = [];
    source.pipe(map(({ status }) => status)).subscribe((status) => heard.push(status));
    tell.settle(ready);
    expect(heard).toEqual(['SUCCESS']);
  });
});

it('a channel is left, and tells the others, though the teardown of one throws', () => {
  const { source, tell } = channel();
  const heard: Array<unknown> = [];
  source.pipe(finalize(fail)).subscribe();
  const owned = source.subscribe();
  owned.add(fail);
  source.subscribe({ next: (meta) => heard.push(meta), complete: () => heard.push('|') });
  expect(() => owned.unsubscribe()).toThrow(UnsubscriptionError);
  tell.settle(ready);
  expect(heard).toEqual([ready, '|']);
  vi.runAllTimers();
  expect(unhandled).toHaveLength(1);
});
