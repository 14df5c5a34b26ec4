import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisBackend } from '../../src/backend/redisBackend.js';
import { taskEvents } from '../../src/http/index.js';
import { asyncResultTuple, groupResultTuple } from '../../src/wire/resultTuple.js';

let backend: RedisBackend;
beforeEach(() => {
  backend = new RedisBackend({ url: 'memory://' });
});
afterEach(() => backend[Symbol.asyncDispose]());

interface Answer {
  readonly id: string;
  readonly states: ReadonlyArray<{ taskId: string; status: string; result: unknown }>;
  readonly failures: ReadonlyArray<{ taskId: string; _tag: string }>;
  readonly groups: ReadonlyArray<{ ready: number }>;
  readonly end: boolean;
}

const poll = async (query: string, pollTimeout = 5): Promise<Answer> => {
  const handler = taskEvents(backend, { authorize: () => true, pollTimeout });
  const headers = { accept: 'application/json' };
  const response = await handler(new Request(`http://localhost/?${query}`, { headers }));
  expect(response.headers.get('content-type')).toBe('application/json');
  return (await response.json()) as Answer;
};

const inShort = ({ states }: Answer): ReadonlyArray<string> =>
  states.map(({ taskId, status }) => `${taskId} ${status}`);

describe('a poll', () => {
  it('is answered at once by what is stored, PENDING where that is nothing', async () => {
    await backend.markAsDone('a', 5)();
    const answer = await poll('task=a&task=b');
    expect(inShort(answer)).toEqual(['a SUCCESS', 'b PENDING']);
    expect(answer.states[0]?.result).toBe(5);
    expect(answer.end).toBe(false);
  });

  it('after an id waits for the next state, and so on up to the end', async () => {
    const { id } = await poll('task=a&task=b');
    const next = poll(`task=a&task=b&after=${id}`);
    await backend.markAsStarted('a')();
    const second = await next;
    expect(inShort(second)).toEqual(['a STARTED']);
    await backend.markAsDone('a', 1)();
    const third = await poll(`task=a&task=b&after=${second.id}`);
    expect(inShort(third)).toEqual(['a SUCCESS']);
    await backend.markAsDone('b', 2)();
    const last = await poll(`task=a&task=b&after=${third.id}`);
    expect([inShort(last), last.end]).toEqual([['b SUCCESS'], true]);
    expect(await poll(`task=a&task=b&after=${last.id}`)).toMatchObject({ states: [], end: true });
  });

  it('is answered without a state where none comes in time, by an id to go on from', async () => {
    await backend.markAsStarted('a')();
    const { id } = await poll('task=a');
    const answer = await poll(`task=a&after=${id}`, 0.02);
    expect(answer).toEqual({ id, states: [], failures: [], groups: [], end: false });
    expect(backend.resultConsumer.isFollowing('a')).toBe(false);
  });

  it('tells how far a group is, and what cannot be read', async () => {
    await backend.markAsDone('a', 1)();
    await backend.set('celery-task-meta-b', 'no meta')();
    const members = ['a', 'b'].map((id) => asyncResultTuple(id));
    await backend.saveGroup('g', groupResultTuple('g', members))();
    const answer = await poll('group=g');
    expect(answer).toMatchObject({
      failures: [{ taskId: 'b', _tag: 'DecodeError' }],
      groups: [{ groupId: 'g', ready: 1, total: 2, failed: 0, tasks: ['a', 'b'] }],
      end: true,
    });
  });

  it('tells each state under the id that was asked for, whatever a worker has stored', async () => {
    const stored = '{"status": "SUCCESS", "result": 1, "task_id": "another"}';
    await backend.set('celery-task-meta-a', stored)();
    expect(inShort(await poll('task=a'))).toEqual(['a SUCCESS']);
  });

  it('ends as soon as its reader goes', async () => {
    const { id } = await poll('task=a');
    const gone = new AbortController();
    const handler = taskEvents(backend, { authorize: () => true });
    const init = { headers: { accept: 'application/json' }, signal: gone.signal };
    const waiting = handler(new Request(`http://localhost/?task=a&after=${id}`, init));
    await expect.poll(() => backend.resultConsumer.isFollowing('a')).toBe(true);
    gone.abort();
    await waiting;
    expect(backend.resultConsumer.isFollowing('a')).toBe(false);
  });
});
