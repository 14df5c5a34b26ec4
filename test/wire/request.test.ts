import { describe, expect, it } from 'vitest';
import { Uuid } from '../../src/serialization/values.js';
import { chainedTasks } from '../../src/wire/request.js';

const chord = (body: unknown, options: object = {}) => ({
  task: 'celery.chord',
  subtask_type: 'chord',
  kwargs: { header: [], body },
  options,
});

const step = (id: string, more: object = {}) => ({ task: id, options: { task_id: id, ...more } });

const idsOf = (chain: ReadonlyArray<unknown>) =>
  chainedTasks({ id: 'a', chain }).map(({ request }) => request?.id);

describe('chainedTasks', () => {
  it('are none without a chain', () => {
    for (const chain of [null, undefined, {}, 5, 'chain']) {
      expect(chainedTasks({ id: 'a', chain: chain as null })).toEqual([]);
    }
    for (const request of [undefined, null]) expect(chainedTasks(request)).toEqual([]);
  });

  it('tell the ids, the task and its arguments', () => {
    const options = { task_id: 'b', group_id: 'g', parent_id: 'a', retries: 3 };
    const chain = [{ task: 'add', args: [1], kwargs: { y: 2 }, options }];
    expect(chainedTasks({ id: 'a', chain })).toEqual([
      {
        request: {
          id: 'b',
          group: 'g',
          parentId: 'a',
          task: 'add',
          args: [1],
          kwargs: { y: 2 },
          retries: 3,
        },
        inChord: false,
      },
    ]);
  });

  it('take an id of the class UUID for its text', () => {
    const id = 'd9b0a4c4-3b0e-4a51-9d5b-6f1d2f3c4e5a';
    expect(idsOf([{ options: { task_id: new Uuid(id) } }])).toEqual([id]);
  });

  it('have nothing to store where there is no id', () => {
    expect(idsOf([step('b'), { options: {} }, { task: 'add' }, step(''), null, 'add'])).toEqual([
      'b',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are in a chord where their options say so', () => {
    const chain = [step('b', { chord: { task: 'c' } }), step('c')];
    expect(chainedTasks({ id: 'a', chain }).map(({ inChord }) => inChord)).toEqual([true, false]);
  });

  it('go on with the body of a chord, after the others, and so on downwards', () => {
    const inner = chord(step('innermost'), { task_id: 'inner' });
    expect(idsOf([chord(inner, { task_id: 'outer' }), step('last')])).toEqual([
      'outer',
      'last',
      'inner',
      'innermost',
    ]);
    expect(idsOf([chord(step('body'))])).toEqual([undefined, 'body']);
    expect(idsOf([chord(null, { task_id: 'b' }), { ...chord(step('x')), kwargs: null }])).toEqual([
      'b',
      undefined,
    ]);
  });

  it('end where a body is a part of itself', () => {
    const endless: Record<string, unknown> = { subtask_type: 'chord', options: {} };
    endless.kwargs = { body: endless };
    expect(idsOf([endless])).toEqual([undefined]);
  });
});
