import { describe, expect, it } from 'vitest';
import { Float } from '../../src/serialization/values.js';
import { celeryEvents } from '../../src/wire/celeryEvent.js';

const received = {
  type: 'task-received',
  hostname: 'celery@here',
  timestamp: new Float(1700000000),
  uuid: 'a',
  name: 'tasks.add',
  args: '(1, 2)',
  kwargs: '{}',
  root_id: 'a',
  parent_id: null,
  retries: 0,
  eta: null,
  expires: null,
  clock: 7,
};

describe('the events of a message', () => {
  it('are named in camelCase, without what is not Celery’s own', () => {
    expect(celeryEvents(received)).toEqual([
      {
        type: 'task-received',
        worker: 'celery@here',
        timestamp: 1700000000,
        taskId: 'a',
        name: 'tasks.add',
        args: '(1, 2)',
        kwargs: '{}',
        rootId: 'a',
        parentId: null,
        retries: 0,
        eta: null,
        expires: null,
      },
    ]);
  });

  it('may be many, of which those that are none are passed over', () => {
    const { timestamp: _, ...timeless } = received;
    const online = { type: 'worker-online', hostname: 'celery@here', timestamp: 1, freq: 2 };
    const all = [received, timeless, { type: 'task-own' }, { type: 'toString' }, null, 7, online];
    expect(celeryEvents(all).map(({ type }) => type)).toEqual(['task-received', 'worker-online']);
    expect(celeryEvents([online])).toMatchObject([{ freq: 2, active: null, swIdent: null }]);
  });

  it('are none of what is no event', () => {
    for (const u of [null, 'text', 7, {}, [], [[received]]]) expect(celeryEvents(u)).toEqual([]);
  });
});
