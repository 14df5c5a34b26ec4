import { asyncScheduler, Subscriber } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { TaskStream } from '../../src/consumer/taskStream.js';
import { ResultCancelled, type ResultStoreError } from '../../src/errors/errors.js';
import { progress, started, success } from '../../src/testing/index.js';
import type { TaskMeta } from '../../src/wire/taskMeta.js';
import { registry } from './channels.js';

/** The stream of a task, and what its consumer does with the channel. */
const stream = () => {
  const channels = registry({ scheduler: asyncScheduler });
  return {
    a: new TaskStream('a', channels),
    isWatched: () => channels.get('a') !== undefined,
    next: (meta: TaskMeta) => channels.tell(channels.channel('a'), meta),
    settle: (meta: TaskMeta) => channels.settle(channels.channel('a'), meta),
    fail: (error: ResultStoreError) => channels.fail(channels.channel('a'), error),
    close: () => channels.close(channels.channel('a')),
  };
};

const listen = (to: TaskStream) => {
  const heard: Array<unknown> = [];
  const subscription = to.subscribe({
    next: (meta) => heard.push(meta),
    error: (error) => heard.push(error),
    complete: () => heard.push('|'),
  });
  return { heard, subscription };
};

describe('TaskStream', () => {
  it('tells each listener every state, and a late one the latest', () => {
    const { a, next } = stream();
    const early = listen(a);
    next(started('a'));
    next(progress('a', 1));
    const late = listen(a);
    expect(early.heard).toEqual([started('a'), progress('a', 1)]);
    expect(late.heard).toEqual([progress('a', 1)]);
  });

  it('does not repeat a state, however it is spelled in memory', () => {
    const { a, next } = stream();
    const { heard } = listen(a);
    next(progress('a', { done: Number.NaN }));
    next(progress('a', { done: Number.NaN }));
    expect(heard).toHaveLength(1);
  });

  it('is watched until the last listener has left', () => {
    const { a, isWatched } = stream();
    expect(isWatched()).toBe(false);
    const [one, two] = [listen(a), listen(a)];
    one.subscription.unsubscribe();
    expect(isWatched()).toBe(true);
    two.subscription.unsubscribe();
    expect(isWatched()).toBe(false);
  });

  it('settles all with the ready state and completion, and is as new', () => {
    const { a, isWatched, settle } = stream();
    const listeners = [listen(a), listen(a)];
    settle(success('a', 1));
    for (const { heard } of listeners) expect(heard).toEqual([success('a', 1), '|']);
    expect(isWatched()).toBe(false);
    expect(listen(a).heard).toEqual([]);
  });

  it('fails all, or completes all, and is as new', () => {
    const { a, isWatched, next, fail, close } = stream();
    const error = new ResultCancelled('a');
    const failed = listen(a);
    next(started('a'));
    fail(error);
    const completed = listen(a);
    close();
    expect(failed.heard).toEqual([started('a'), error]);
    expect(completed.heard).toEqual(['|']);
    expect(isWatched()).toBe(false);
  });

  it('lets a listener in that comes while the others are told', () => {
    const { a, next } = stream();
    const inner: Array<TaskMeta> = [];
    a.subscribe(() => {
      if (inner.length === 0) a.subscribe((meta) => inner.push(meta));
    });
    next(started('a'));
    expect(inner).toEqual([started('a')]);
  });

  it('keeps a listener that comes while the others are told that it is settled for the next run', () => {
    const { a, next, settle } = stream();
    const again: Array<unknown> = [];
    a.subscribe({ complete: () => a.subscribe((meta) => again.push(meta.status)) });
    settle(success('a', 1));
    expect(again).toEqual([]);
    next(started('a'));
    expect(again).toEqual(['STARTED']);
  });

  it('forgets a listener that left before it was let in', () => {
    const { a, isWatched } = stream();
    const gone = new Subscriber<TaskMeta>();
    gone.unsubscribe();
    a.subscribe(gone);
    expect(isWatched()).toBe(false);
  });
});
