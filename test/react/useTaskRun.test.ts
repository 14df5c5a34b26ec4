import * as t from 'io-ts';
import { createElement } from 'react';
import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { type NotSent, type Send, type TaskRun, useTaskRun } from '../../src/react/index.js';
import { acted, page } from './page.js';

/** Sends that have not ended, the latest at the end. */
const sends: Array<{
  readonly input: string;
  readonly signal: AbortSignal;
  readonly resolve: (id: string) => void;
  readonly reject: (error: unknown) => void;
}> = [];
let current: TaskRun<string, number> | undefined;
beforeEach(() => {
  sends.length = 0;
});

const send: Send<string> = (input, signal) =>
  new Promise((resolve, reject) => sends.push({ input, signal, resolve, reject }));

const Run = ({ own = send }: { readonly own?: Send<string> }) => {
  current = useTaskRun((input: string, signal) => own(input, signal), t.number);
  const { phase, id, state, error } = current;
  const cause = error?._tag === 'NotSent' ? String(error.cause) : undefined;
  return createElement(
    'p',
    null,
    [phase, id, state?.status, error?._tag, cause].filter(Boolean).join(' '),
  );
};

const run = (input: string) => acted(() => current?.run(input));
const cancel = () => acted(() => current?.cancel());
const sent = (n: number, id: string) => acted(() => sends[n]?.resolve(id));

describe('useTaskRun', () => {
  const the = page();

  it('sends, follows, and shows the result', async () => {
    await the.render(createElement(Run));
    expect(the.text()).toBe('idle');
    await run('picture');
    expect(the.text()).toBe('sending');
    expect(sends.map(({ input }) => input)).toEqual(['picture']);
    await sent(0, 'a');
    expect(the.text()).toBe('following a');
    await the.backend.storeResult('a', 1, 'PROGRESS')();
    await the.shows('following a PROGRESS');
    await the.backend.markAsDone('a', 2)();
    await the.shows('ready a SUCCESS');
    expect(sends[0]?.signal.aborted).toBe(false);
  });

  it('cancelled while it sends, it aborts the signal, and passes over what comes', async () => {
    await the.render(createElement(Run));
    await run('picture');
    await cancel();
    expect(sends[0]?.signal.aborted).toBe(true);
    await sent(0, 'a');
    expect(the.text()).toBe('idle');
    expect(the.server.requests).toEqual([]);
  });

  it('cancelled while it follows, it lets go of the task', async () => {
    await the.render(createElement(Run));
    await run('picture');
    await sent(0, 'a');
    await expect.poll(() => the.server.streams).toBe(1);
    await cancel();
    expect(sends[0]?.signal.aborted).toBe(true);
    expect(the.text()).toBe('idle');
    await expect.poll(() => the.server.streams).toBe(0);
  });

  it('run again, it goes by the latest', async () => {
    await the.render(createElement(Run));
    await run('one');
    await run('two');
    expect(sends.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    await sent(1, 'b');
    await sent(0, 'a');
    expect(the.text()).toBe('following b');
    await the.backend.markAsDone('b', 2)();
    await the.shows('ready b SUCCESS');
    await run('three');
    expect(the.text()).toBe('sending');
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('no broker'))],
    [
      'throws',
      () => {
        throw new Error('no broker');
      },
    ],
  ])('tells where sending %s, and can be run again', async (_, own) => {
    await the.render(createElement(Run, { own }));
    await run('picture');
    await the.shows('error NotSent Error: no broker');
    await the.render(createElement(Run));
    await run('picture');
    expect(the.text()).toBe('sending');
  });

  it('gone while it sends, it aborts nothing, and watches nothing', async () => {
    await the.render(createElement(Run));
    await run('picture');
    await the.unmount();
    await sent(0, 'a');
    expect(sends[0]?.signal.aborted).toBe(false);
    expect(the.server.requests).toEqual([]);
  });

  it('keeps its functions over all renders', async () => {
    await the.render(createElement(Run));
    const before = current;
    await run('picture');
    await sent(0, 'a');
    expect(current).not.toBe(before);
    expect(current?.run).toBe(before?.run);
    expect(current?.cancel).toBe(before?.cancel);
  });

  it('has the types of its input and its codec', () => {
    const typed = () => {
      const thumbnail = useTaskRun((width: number) => Promise.resolve(String(width)), t.number);
      expectTypeOf(thumbnail.run).parameter(0).toEqualTypeOf<number>();
      if (thumbnail.phase === 'ready' && thumbnail.state.status === 'SUCCESS') {
        expectTypeOf(thumbnail.state.result).toEqualTypeOf<number>();
      }
      if (thumbnail.error?._tag === 'NotSent') {
        expectTypeOf(thumbnail.error).toEqualTypeOf<NotSent>();
      }
      useTaskRun(() => Promise.resolve('a')).run();
      // @ts-expect-error an input that is needed
      useTaskRun((width: number) => Promise.resolve(String(width))).run();
    };
    expect(typed).toBeTypeOf('function');
  });
});
