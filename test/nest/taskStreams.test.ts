import { HttpException } from '@nestjs/common';
import * as Rx from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisBackend } from '../../src/index.js';
import { type AskedStream, type TaskMessage, TaskStreams } from '../../src/nest/index.js';
import { testBackend } from '../../src/testing/index.js';

let backend: RedisBackend;
let streams: TaskStreams;
beforeEach(() => {
  backend = new RedisBackend({ url: 'memory://' });
  streams = new TaskStreams(backend);
});
afterEach(() => backend.close()());

const inShort = ({ type, data = '', retry }: TaskMessage): string => {
  if (type === undefined) return `retry ${retry !== undefined}`;
  const { taskId, groupId, status, ready, _tag } = JSON.parse(data || '{}');
  return [type, taskId ?? groupId, status ?? ready ?? _tag]
    .filter((x) => x !== undefined)
    .join(' ');
};

/** What was told, and is told from then on. */
const heard = (asked: AskedStream) => {
  const messages: Array<TaskMessage> = [];
  const subscription = streams.events(asked).subscribe((message) => messages.push(message));
  const until = (last: string) =>
    expect
      .poll(() => {
        const message = messages.at(-1);
        return message && inShort(message);
      })
      .toBe(last);
  return { messages, subscription, until };
};

const all = (asked: AskedStream): Promise<ReadonlyArray<TaskMessage>> =>
  Rx.lastValueFrom(streams.events(asked).pipe(Rx.toArray()));

const saveGroup = (ids: ReadonlyArray<string>): Promise<unknown> => {
  const results = ids.map((id) => backend.asyncResult(id));
  return backend.groupResult('g', results).save()();
};

describe('TaskStreams', () => {
  it('refuses a keepAlive that is no time', () => {
    expect(() => new TaskStreams(backend, { keepAlive: 0 })).toThrow('keepAlive');
  });

  it('tells the states of tasks, and then that this is all', async () => {
    const { messages, until } = heard({ tasks: ['a', 'b'] });
    await until('retry true');
    await backend.storeResult('a', 1, 'PROGRESS')();
    await backend.markAsDone('b', 2)();
    await backend.markAsDone('a', 3)();
    await until('end');
    expect(messages.map(inShort)).toEqual([
      ...['retry true', 'state a PROGRESS', 'state b SUCCESS', 'state a SUCCESS', 'end'],
    ]);
  });

  it('goes on from the id of any event, and repeats no ready state', async () => {
    await saveGroup(['a', 'b', 'c']);
    await backend.markAsDone('a', 1)();
    const { messages, until, subscription } = heard({ groups: 'g' });
    await until('group g 1');
    await backend.markAsDone('b', 2)();
    await until('group g 2');
    await backend.markAsDone('c', 3)();
    await until('end');
    subscription.unsubscribe();
    for (const [n, { id }] of messages.entries()) {
      const before = messages.slice(0, n + 1).map(inShort);
      const ready = before.filter((text) => /SUCCESS/.test(text));
      if (ready.length === 3) continue;
      const after = (await all({ groups: ['g'], after: [id] })).map(inShort);
      const told = [...ready, ...after.filter((text) => /SUCCESS/.test(text))];
      expect(told.toSorted()).toEqual(['a', 'b', 'c'].map((task) => `state ${task} SUCCESS`));
    }
    await expect(all({ groups: 'g', after: messages.at(-1)?.id })).rejects.toMatchObject({
      status: 204,
    });
  });

  it.each([
    [{}, 400],
    [{ tasks: '' }, 400],
    [{ tasks: { x: 'a' } as unknown as string }, 400],
    [{ tasks: ['a', { x: 'a' } as unknown as string] }, 400],
    [{ groups: 'none' }, 404],
    [{ tasks: Array.from({ length: 20_001 }, (_, n) => `t${n}`) }, 413],
  ])('refuses with an HttpException: %#', async (asked, status) => {
    const error = await all(asked).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HttpException);
    expect(error).toMatchObject({ status });
  });

  it('leaves the channel with its subscriber', async () => {
    const { subscription, until } = heard({ tasks: 'a' });
    await until('retry true');
    await expect.poll(() => backend.resultConsumer.isFollowing('a')).toBe(true);
    subscription.unsubscribe();
    await expect.poll(() => backend.resultConsumer.isFollowing('a')).toBe(false);
  });

  it('ends without an end where the backend is closed, so that its clients come back', async () => {
    const { messages, subscription, until } = heard({ tasks: 'a' });
    await until('retry true');
    await backend.close()();
    await expect.poll(() => subscription.closed).toBe(true);
    expect(messages.map(inShort)).toEqual(['retry true']);
  });

  it('tells now and then that it is alive', async () => {
    const scheduler = new TestScheduler(() => undefined);
    const times: Array<string> = [];
    new TaskStreams(testBackend(scheduler), { keepAlive: 2 })
      .events({ tasks: 'a' })
      .subscribe(({ type }) => times.push(`${scheduler.now()} ${type}`));
    await new Promise((resolve) => setTimeout(resolve));
    scheduler.maxFrames = 5000;
    scheduler.flush();
    expect(times).toEqual(['0 undefined', '2000 alive', '4000 alive']);
  });
});
