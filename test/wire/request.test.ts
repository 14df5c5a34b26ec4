import { describe, expect, it } from 'vitest';
import { chainedRequests } from '../../src/wire/request.js';

describe('chainedRequests', () => {
  it('are none without a chain', () => {
    expect(chainedRequests(undefined)).toEqual([]);
    expect(chainedRequests({ id: 'a' })).toEqual([]);
    expect(chainedRequests({ id: 'a', chain: null })).toEqual([]);
  });

  it('tell the ids, the task and its arguments', () => {
    const options = { task_id: 'b', group_id: 'g', parent_id: 'a' };
    const chain = [{ task: 'add', args: [1], kwargs: { y: 2 }, options }];
    expect(chainedRequests({ id: 'a', chain })).toEqual([
      { id: 'b', group: 'g', parentId: 'a', task: 'add', args: [1], kwargs: { y: 2 } },
    ]);
  });

  it('pass over what has no id', () => {
    const chain = [{ options: { task_id: 'b' } }, { options: {} }, { task: 'add' }, null, 'add'];
    expect(chainedRequests({ id: 'a', chain })).toEqual([{ id: 'b', group: null, parentId: null }]);
  });
});
