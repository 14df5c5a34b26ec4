import * as t from 'io-ts';
import { Activity, createElement } from 'react';
import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { type GroupView, useGroup } from '../../src/react/index.js';
import { asyncResultTuple, groupResultTuple } from '../../src/wire/resultTuple.js';
import { page } from './page.js';

const inShort = ({ phase, progress, states, error }: GroupView): string => {
  const { ready, total, failed } = progress;
  const told = [...states.values()].map(({ taskId, status }) => `${taskId} ${status}`).sort();
  const count = `${ready}/${total}${failed > 0 ? ` (${failed})` : ''}`;
  return [phase, count, ...told, error?._tag].filter(Boolean).join(', ');
};

let renders = 0;
beforeEach(() => {
  renders = 0;
});

type Ids = string | ReadonlyArray<string> | null;

const Group = ({ ids }: { readonly ids: Ids }) => {
  renders += 1;
  return createElement('p', null, inShort(useGroup(ids, t.number)));
};

const group = (ids: Ids) => createElement(Group, { ids });

describe('useGroup', () => {
  const the = page();

  it('shows the states of a list of tasks, and how many are ready', async () => {
    await the.render(group(['a', 'b', 'c']));
    expect(the.text()).toBe('following, 0/3');
    await the.backend.storeResult('a', 1, 'PROGRESS')();
    await the.shows('following, 0/3, a PROGRESS');
    await the.backend.markAsDone('b', 2)();
    await the.backend.markAsFailure('c', new Error('no'))();
    await the.shows('following, 2/3 (1), a PROGRESS, b SUCCESS, c FAILURE');
    await the.backend.markAsDone('a', 1)();
    await the.shows('ready, 3/3 (1), a SUCCESS, b SUCCESS, c FAILURE');
    await expect.poll(() => the.server.streams).toBe(0);
    expect(the.server.requests).toHaveLength(1);
  });

  it('shows the tasks of a saved group as they become known', async () => {
    const tuple = groupResultTuple(
      'g',
      ['a', 'b'].map((id) => asyncResultTuple(id)),
    );
    await the.backend.saveGroup('g', tuple)();
    await the.backend.markAsDone('a', 1)();
    await the.render(group('g'));
    expect(the.text()).toBe('following, 0/0');
    await the.shows('following, 1/2, a SUCCESS');
    await the.backend.markAsDone('b', 2)();
    await the.shows('ready, 2/2, a SUCCESS, b SUCCESS');
    expect(the.server.requests).toHaveLength(1);
  });

  it('goes on with the others where the stream of one fails', async () => {
    await the.render(group(['secret', 'a', 'b']));
    await the.backend.markAsDone('a', 1)();
    await the.shows('following, 1/3, a SUCCESS, Refused');
    await the.backend.markAsDone('b', 1)();
    await the.shows('error, 2/3, a SUCCESS, b SUCCESS, Refused');
  });

  it('is told of a saved group that there is none', async () => {
    await the.render(group('g'));
    await the.shows('error, 0/0, Refused');
  });

  it('takes a list with the same ids for the same group', async () => {
    await the.render(group(['a', 'b']));
    await expect.poll(() => the.server.streams).toBe(1);
    await the.render(group(['a', 'b']));
    await the.backend.markAsDone('a', 1)();
    await the.shows('following, 1/2, a SUCCESS');
    expect(the.server.requests).toHaveLength(1);
  });

  it('keeps what it knows over a longer and a shorter list, and asks again only for what is not ready', async () => {
    await the.backend.markAsDone('a', 1)();
    await the.render(group(['a', 'b']));
    await the.shows('following, 1/2, a SUCCESS');
    await the.render(group(['a', 'b', 'c']));
    expect(the.text()).toBe('following, 1/3, a SUCCESS');
    await the.backend.markAsDone('b', 1)();
    await the.shows('following, 2/3, a SUCCESS, b SUCCESS');
    await the.render(group(['a', 'c']));
    expect(the.text()).toBe('following, 1/2, a SUCCESS');
    await the.render(group(['a']));
    await the.shows('ready, 1/1, a SUCCESS');
    const queries = the.server.requests.map(({ url }) => new URL(url).search);
    expect(queries.slice(0, 2)).toEqual(['?task=a&task=b', '?task=b&task=c']);
    await the.render(group(['a']), { url: 'http://localhost/others' });
    expect(the.text()).toBe('following, 0/1');
  });

  it('is ready where it was hidden meanwhile, and what was ready has been forgotten', async () => {
    const album = (mode: 'hidden' | 'visible') =>
      createElement(Activity, { mode, children: group(['a', 'b']) });
    await the.backend.markAsDone('a', 1)();
    await the.render(album('visible'));
    await the.shows('following, 1/2, a SUCCESS');
    await the.render(album('hidden'));
    await the.backend.forget('a')();
    await the.backend.markAsDone('b', 1)();
    await the.render(album('visible'));
    await the.shows('ready, 2/2, a SUCCESS, b SUCCESS');
  });

  it('is rendered once for what comes together', async () => {
    const ids = Array.from({ length: 200 }, (_, n) => `t${n}`);
    await Promise.all(ids.map((id) => the.backend.markAsDone(id, 1)()));
    await the.render(group(ids), { isStrict: false });
    await expect.poll(the.text).toMatch(/^ready, 200\/200/);
    expect(renders).toBeLessThan(10);
  });

  it('is ready at once without tasks, and idle without a group', async () => {
    await the.render(group([]));
    await the.shows('ready, 0/0');
    await the.render(group(null));
    await the.shows('idle, 0/0');
    expect(the.server.requests).toEqual([]);
  });

  it('has the type of its codec', () => {
    const typed = () => {
      const state = useGroup(['a'], t.number).states.get('a');
      if (state?.status === 'SUCCESS') expectTypeOf(state.result).toEqualTypeOf<number>();
    };
    expect(typed).toBeTypeOf('function');
  });
});
