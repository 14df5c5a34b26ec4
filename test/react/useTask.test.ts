import * as t from 'io-ts';
import { Activity, createElement, Fragment } from 'react';
import { renderToString } from 'react-dom/server';
import { TestScheduler } from 'rxjs/testing';
import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import type { TaskException } from '../../src/index.js';
import { ChordisProvider, type TaskView, useTask, type WatchError } from '../../src/react/index.js';
import { acted, page } from './page.js';

const inShort = ({ phase, state, error }: TaskView): string =>
  [phase, state?.status, JSON.stringify(state?.result), error?._tag].filter(Boolean).join(' ');

/** What was shown, in the order of rendering. */
const views: Array<TaskView> = [];
beforeEach(() => {
  views.length = 0;
});

const Task = ({ id }: { readonly id: string | null | undefined }) => {
  // a new codec each time, as where it is written in place
  const view = useTask(id, { result: t.number, progress: t.type({ done: t.number }) });
  views.push(view);
  return createElement('p', null, inShort(view));
};

const task = (id: string | null | undefined) => createElement(Task, { id });

describe('useTask', () => {
  const the = page();

  const progress = (id: string, done: number) =>
    the.backend.storeResult(id, { done }, 'PROGRESS')();

  it('shows each state, and lets go at the ready one', async () => {
    await progress('a', 1);
    await the.render(task('a'));
    expect(the.text()).toBe('following');
    await the.shows('following PROGRESS {"done":1}');
    await progress('a', 2);
    await the.shows('following PROGRESS {"done":2}');
    await the.backend.markAsDone('a', 5)();
    await the.shows('ready SUCCESS 5');
    await expect.poll(() => the.server.streams).toBe(0);
  });

  it('mounted twice, as under Strict Mode, it takes one connection and no second one', async () => {
    await the.render(createElement(Fragment, null, task('a'), task('a'), task('b')));
    await expect.poll(() => the.server.streams).toBe(1);
    await progress('a', 1);
    await the.shows('following PROGRESS {"done":1}following PROGRESS {"done":1}following');
    expect(the.server.requests).toHaveLength(1);
  });

  it('leaves with its component, and the channel of its task with it', async () => {
    await the.render(task('a'));
    await expect.poll(() => the.backend.resultConsumer.isFollowing('a')).toBe(true);
    await the.unmount();
    await expect.poll(() => the.server.streams).toBe(0);
    await expect.poll(() => the.backend.resultConsumer.isFollowing('a')).toBe(false);
  });

  it('keeps a view as long as there is no news, and the connection over new renders', async () => {
    await progress('a', 1);
    await the.render(task('a'));
    await the.shows('following PROGRESS {"done":1}');
    await the.render(task('a'), { fetch: (...args) => the.server.fetch(...args) });
    expect(views.at(-1)).toBe(views.at(-2));
    expect(the.server.requests).toHaveLength(1);
  });

  it('shows nothing of the task before once the id is another', async () => {
    await the.backend.markAsDone('a', 1)();
    await the.render(task('a'));
    await the.shows('ready SUCCESS 1');
    views.length = 0;
    await the.render(task('b'));
    expect(new Set(views.map(inShort))).toEqual(new Set(['following']));
    await the.backend.markAsDone('b', 2)();
    await the.shows('ready SUCCESS 2');
  });

  it.each([null, undefined])('is idle without an id: %s', async (id) => {
    await the.render(task(id));
    expect(the.text()).toBe('idle');
    expect(the.server.requests).toEqual([]);
  });

  it('lets go where it is hidden, and asks again only for what is not ready', async () => {
    const album = (mode: 'hidden' | 'visible') =>
      createElement(Activity, {
        mode,
        children: createElement(Fragment, null, task('a'), task('b')),
      });
    await the.backend.markAsDone('a', 1)();
    await the.render(album('visible'));
    await the.shows('ready SUCCESS 1following');
    await the.render(album('hidden'));
    await expect.poll(() => the.server.streams).toBe(0);
    await the.backend.markAsDone('b', 2)();
    await the.render(album('visible'));
    await the.shows('ready SUCCESS 1ready SUCCESS 2');
    expect(the.server.requests.map(({ url }) => new URL(url).search)).toEqual([
      '?task=a&task=b',
      '?task=b',
    ]);
  });

  it('tells why a task cannot be watched, and keeps what it knows', async () => {
    await the.render(task('secret'));
    await the.shows('error Refused');
    await the.render(task('a'));
    await progress('a', 1);
    await the.shows('following PROGRESS {"done":1}');
    await the.backend.markAsDone('a', 'no number')();
    await the.shows('error PROGRESS {"done":1} InvalidState');
  });

  it('asks the headers given last', async () => {
    const headers = (token: string) => ({ headers: () => ({ authorization: token }) });
    await the.render(task('a'), headers('one'));
    await expect.poll(() => the.server.streams).toBe(1);
    await the.render(task('a'), headers('two'));
    the.server.cut();
    await expect.poll(() => the.server.requests.length).toBe(2);
    expect(the.server.requests.map((request) => request.headers.get('authorization'))).toEqual([
      'one',
      'two',
    ]);
  });

  it('makes a silent connection anew in its time', async () => {
    const scheduler = new TestScheduler(() => undefined);
    const asked: Array<number> = [];
    const fetch = async () => {
      asked.push(scheduler.now());
      return new Response(new ReadableStream(), {
        headers: { 'content-type': 'text/event-stream' },
      });
    };
    await the.render(task('a'), { scheduler, fetch, stallTimeout: 45, random: () => 0.5 });
    for (const time of [10, 45_010, 45_510, 90_510, 91_510]) {
      scheduler.schedule(() => undefined, time - scheduler.now());
      scheduler.maxFrames = time;
      await acted(() => scheduler.flush());
    }
    expect(asked.slice(0, 2)).toEqual([10, 45_510]);
  });

  it('needs a provider, and says so', async () => {
    expect(() => renderToString(task('a'))).toThrow(/ChordisProvider/);
  });
});

describe('on a server', () => {
  it('useTask waits, and asks nobody', () => {
    const asked: Array<unknown> = [];
    const fetch = async (...args: ReadonlyArray<unknown>) => {
      asked.push(args);
      return new Response();
    };
    const html = (id?: string) =>
      renderToString(createElement(ChordisProvider, { url: '/tasks', fetch }, task(id)));
    expect(html('a')).toBe('<p>following</p>');
    expect(html()).toBe('<p>idle</p>');
    expect(asked).toEqual([]);
  });
});

describe('the type of a view', () => {
  it('is told by its phase and its status', () => {
    const narrow = () => {
      const view = useTask('a', { result: t.number, progress: t.type({ done: t.number }) });
      if (view.phase === 'idle') expectTypeOf(view.state).toEqualTypeOf<undefined>();
      if (view.phase === 'error') expectTypeOf(view.error).toEqualTypeOf<WatchError>();
      if (view.phase !== 'ready') return;
      if (view.state.status === 'SUCCESS') {
        expectTypeOf(view.state.result).toEqualTypeOf<number>();
      } else {
        expectTypeOf(view.state.result).toEqualTypeOf<TaskException>();
      }
    };
    expect(narrow).toBeTypeOf('function');
  });
});
