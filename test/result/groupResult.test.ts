import { inspect } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { RedisBackend } from '../../src/backend/redisBackend.js';
import { GroupResult } from '../../src/result/groupResult.js';
import {
  drawGroup,
  expectWatched,
  failure,
  revoked,
  success,
  testBackend,
} from '../../src/testing/index.js';
import { asyncResultTuple, groupResultTuple } from '../../src/wire/resultTuple.js';
import { marbles, told } from '../consumer/marbles.js';
import { right } from '../settled.js';

const metas = {
  x: (id: string) => failure(id, 'ValueError'),
  r: (id: string) => revoked(id),
};

describe('what is shown of a handle', () => {
  it('is its reference, and nothing of the backend or the result', async () => {
    const backend = new RedisBackend({ url: 'memory://' });
    await backend.markAsDone('a', 'a payload')();
    const task = backend.asyncResult('a');
    await task.get()();
    const group = backend.groupResult('g', [task]);
    expect(JSON.stringify(task)).toBe('[["a",null],null]');
    expect(JSON.stringify(group)).toBe('[["g",null],[[["a",null],null]]]');
    expect(inspect({ task, group })).toBe(
      '{ task: AsyncResult <a>, group: GroupResult <g, of 1> }',
    );
    await backend.close()();
  });
});

describe('a GroupResult', () => {
  it('joins as join does, by each of its names', () =>
    marbles(({ expectObservable }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-1', i: { b: '--2' } });
      for (const joined of [group.join(), group.joinNative()]) {
        expectObservable(joined).toBe('--(v|)', { v: ['1', ['2']] });
      }
      expectObservable(told(group.joinNative({ timeout: 0 }))).toBe(
        '#',
        undefined,
        expect.stringContaining('ResultTimeout: Task a'),
      );
    }));

  it('gives the ready state of each task as they come', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-s-1', i: { b: '--x', c: '-----3' } }, metas);
      expectObservable(group.iterNative()).toBe('--ba-(c|)', {
        a: ['a', success('a', '1')],
        b: ['b', failure('b', 'ValueError')],
        c: ['c', success('c', '3')],
      });
      expectWatched(expectSubscriptions, backend, { a: '^--!', i: { b: '^-!', c: '^----!' } });
    }));

  it('ends that stream where a task is forgotten, and leaves the others', () =>
    marbles(({ expectObservable, expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-', b: '-----2' });
      scheduler.schedule(() => backend.resultConsumer.cancelFor('a'), 2);
      expectObservable(told(group.iterNative())).toBe(
        '--#',
        undefined,
        expect.stringContaining('ResultCancelled: Task a'),
      );
      expectWatched(expectSubscriptions, backend, { a: '^-!', b: '^-!' });
    }));

  it.each([
    ['nothing', {}, [true, true, false, false, 0]],
    ['all done', { a: '1^', i: { b: '2^', c: '3^' } }, [true, true, false, false, 2]],
    ['one failed', { a: '1^', i: { b: '2^', c: 'x^' } }, [true, false, true, false, 1]],
    ['one revoked', { a: 'r^', i: { b: '2^', c: '3^' } }, [true, false, false, false, 1]],
    ['one started', { a: '1^', i: { b: '2^', c: 's^' } }, [false, false, false, true, 1]],
    ['one unknown', { a: '-', b: '2^', c: '3^' }, [false, false, false, true, 2]],
  ] as const)('is as its tasks are: %s', (_, lines, expected) =>
    marbles(({ expectObservable }, scheduler) => {
      const group = drawGroup(testBackend(scheduler), 'g', lines, metas);
      const all$ = Rx.forkJoin([
        group.ready,
        group.successful,
        group.failed,
        group.waiting,
        group.completedCount,
      ]);
      expectObservable(all$).toBe('(x|)', { x: expected });
    }),
  );

  it('forgets the results of its tasks', async () => {
    await using backend = new RedisBackend({ url: 'memory://' });
    for (const id of ['a', 'b', 'c']) await right(backend.markAsDone(id, 1));
    const [a, b] = ['a', 'b'].map((id) => backend.asyncResult(id));
    if (a === undefined || b === undefined) throw new Error('there are two');
    await right(backend.groupResult('g', [a, backend.groupResult('i', [b])]).forget);
    const exist = await Promise.all(
      ['a', 'b', 'c'].map((id) => right(backend.taskResultExists(id))),
    );
    expect(exist).toEqual([false, false, true]);
  });

  it('is saved, restored with its groups and parents, and deleted', async () => {
    await using backend = new RedisBackend({ url: 'memory://' });
    const before = backend.asyncResult('before');
    const header = backend.groupResult('header', [before], before);
    const inner = backend.groupResult('i', [backend.asyncResult('b')], header);
    const group = backend.groupResult('g', [backend.asyncResult('a'), inner], before);
    await right(group.save());

    const restored = await right(GroupResult.restore(backend, 'g'));
    if (O.isNone(restored)) throw new Error('it was saved');
    expect(restored.value.asTuple()).toEqual(group.asTuple());
    expect(group.asTuple()).toEqual(
      groupResultTuple(
        'g',
        [
          asyncResultTuple('a'),
          groupResultTuple(
            'i',
            [asyncResultTuple('b')],
            groupResultTuple('header', [asyncResultTuple('before')], asyncResultTuple('before')),
          ),
        ],
        asyncResultTuple('before'),
      ),
    );
    expect(restored.value.parent?.id).toBe('before');
    for (const id of ['a', 'b']) await right(backend.markAsDone(id, id));
    expect(await right(restored.value.join())).toEqual(['a', ['b']]);

    await right(group.delete());
    expect(await right(GroupResult.restore(backend, 'g'))).toEqual(O.none);
  });

  it('is saved with a group of another make among its members', () => {
    const backend = new RedisBackend({ url: 'memory://' });
    const made = { id: 'i', results: [backend.asyncResult('a')] };
    expect(backend.groupResult('g', [made]).asTuple()).toEqual(
      groupResultTuple('g', [groupResultTuple('i', [asyncResultTuple('a')])]),
    );
  });

  it('is none where a single result was saved under its id', async () => {
    await using backend = new RedisBackend({ url: 'memory://' });
    await right(backend.set('celery-taskset-meta-g', '{"result": [["a", null], null]}'));
    expect(await GroupResult.restore(backend, 'g')()).toMatchObject(
      E.left({ _tag: 'InvalidResult', taskId: 'g' }),
    );
  });

  it('asks nothing of the store before something is asked of it', () =>
    marbles(({ expectSubscriptions }, scheduler) => {
      const backend = testBackend(scheduler);
      const group = drawGroup(backend, 'g', { a: '-1' });
      void [group.join(), group.progress$, group.iterNative(), group.ready, group.save()];
      expectWatched(expectSubscriptions, backend, { a: [] });
    }));
});
