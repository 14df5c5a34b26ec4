import { Subscriber } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { TaskChannel } from '../../src/consumer/taskChannel.js';
import { ResultCancelled } from '../../src/errors/errors.js';
import { progress, started, success } from '../../src/testing/index.js';
import type { TaskMeta } from '../../src/wire/taskMeta.js';

/** A channel that lets everybody in, and what each of them heard. */
const channel = () =>
  new TaskChannel('a', {
    current: (self) => self,
    open: (self) => {
      self.isOpen = true;
    },
    deserted: () => undefined,
  });

const listen = (to: TaskChannel) => {
  const heard: Array<unknown> = [];
  const subscription = to.subscribe({
    next: (meta) => heard.push(meta),
    error: (error) => heard.push(error),
    complete: () => heard.push('|'),
  });
  return { heard, subscription };
};

describe('TaskChannel', () => {
  it('tells each listener every state, and a late one the latest', () => {
    const a = channel();
    const early = listen(a);
    a.next(started('a'));
    a.next(progress('a', 1));
    const late = listen(a);
    expect(early.heard).toEqual([started('a'), progress('a', 1)]);
    expect(late.heard).toEqual([progress('a', 1)]);
  });

  it('does not repeat a state, however it is spelled in memory', () => {
    const a = channel();
    const { heard } = listen(a);
    a.next(progress('a', { done: Number.NaN }));
    a.next(progress('a', { done: Number.NaN }));
    expect(heard).toHaveLength(1);
  });

  it('is deserted once the last listener has left', () => {
    const a = channel();
    expect(a.isDeserted).toBe(true);
    const [one, two] = [listen(a), listen(a)];
    one.subscription.unsubscribe();
    expect(a.isDeserted).toBe(false);
    two.subscription.unsubscribe();
    expect(a.isDeserted).toBe(true);
  });

  it('settles all with the ready state and completion, and is as new', () => {
    const a = channel();
    const listeners = [listen(a), listen(a)];
    a.following = true;
    a.heard = true;
    a.settle(success('a', 1));
    for (const { heard } of listeners) expect(heard).toEqual([success('a', 1), '|']);
    expect([a.isDeserted, a.following, a.heard]).toEqual([true, false, false]);
    expect(listen(a).heard).toEqual([]);
  });

  it('fails all, or completes all, and is as new', () => {
    const a = channel();
    const error = new ResultCancelled('a');
    const failed = listen(a);
    a.next(started('a'));
    a.fail(error);
    const completed = listen(a);
    a.complete();
    expect(failed.heard).toEqual([started('a'), error]);
    expect(completed.heard).toEqual(['|']);
    expect(a.isDeserted).toBe(true);
  });

  it('lets a listener in that comes while the others are told', () => {
    const a = channel();
    const inner: Array<TaskMeta> = [];
    a.subscribe(() => {
      if (inner.length === 0) a.subscribe((meta) => inner.push(meta));
    });
    a.next(started('a'));
    expect(inner).toEqual([started('a')]);
  });

  it('keeps a listener that comes while the others are told that it is settled for the next run', () => {
    const a = channel();
    const again: Array<unknown> = [];
    a.subscribe({ complete: () => a.subscribe((meta) => again.push(meta.status)) });
    a.settle(success('a', 1));
    expect(again).toEqual([]);
    a.next(started('a'));
    expect(again).toEqual(['STARTED']);
  });

  it('forgets a listener that left before it was let in', () => {
    const a = channel();
    const gone = new Subscriber<TaskMeta>();
    gone.unsubscribe();
    a.subscribe(gone);
    expect(a.isDeserted).toBe(true);
  });
});
