/** Groups beside Celery: saved and restored both ways, joined and counted as Python does. */
import * as O from 'fp-ts/lib/Option.js';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { GroupResult, pythonException, RedisBackend } from '../../src/index.js';
import { describeEachCelery, type PythonSession } from './celery.js';
import { type Fleet, startFleet } from './fleet.js';
import { expectNoSubscriptions } from './leaks.js';
import type { RedisServer } from './redisServer.js';
import { keyOf, left, right, taskIds, until } from './scenario.js';

/** What Python's own GroupResult says; `args` is the id of a saved group. */
const READ = `
  group = GroupResult.restore(args)
  def shape(result):
    parent = result.parent and shape(result.parent)
    return [result.id, parent, [shape(r) for r in result.results] if isinstance(result, GroupResult) else None]
  return dict(
    shape=shape(group), ready=group.ready(), successful=group.successful(), failed=group.failed(),
    waiting=group.waiting(), completed=group.completed_count(),
  )
`;

/** Each result by itself: the join of 5.2 waits for ever for a group in a group. */
const VALUES = `
  def values(result):
    if isinstance(result, GroupResult):
      return [values(r) for r in result.results]
    return result.get(timeout=10)
  return values(GroupResult.restore(args))
`;

/** A group that nests one, each result with a parent; returns the group's id. */
const SAVE = `
  outer, inner, ids = args['outer'], args['inner'], args['ids']
  before = AsyncResult(ids[3])
  nested = GroupResult(inner, [AsyncResult(ids[1], parent=before), AsyncResult(ids[2])], parent=before)
  GroupResult(outer, [AsyncResult(ids[0]), nested], parent=before).save()
`;

describeEachCelery('groups beside Celery', (version) => {
  let server: RedisServer;
  let session: PythonSession;
  let fleet: Fleet;
  let backend: RedisBackend;
  beforeAll(async () => {
    fleet = await startFleet({ version });
    ({ server, session } = fleet);
    backend = new RedisBackend({ url: server.url(1) });
  });
  afterEach(() => expectNoSubscriptions(server));
  afterAll(async () => {
    await backend?.close()();
    await fleet?.stop();
  });

  const restored = async (id: string): Promise<GroupResult> => {
    const group = await right(GroupResult.restore(backend, id));
    if (O.isNone(group)) throw new Error(`no group ${id}`);
    return group.value;
  };

  it('what Python saves is restored, nested, and joined', async () => {
    const [outer = '', inner = '', ...ids] = taskIds(6);
    const [a = '', b = '', c = '', before = ''] = ids;
    expect(await session.python(SAVE, { outer, inner, ids })).toBeNull();
    const group = await restored(outer);
    const parent = { _tag: 'AsyncResult', id: before, parent: null };
    expect(group.asTuple()).toEqual({
      _tag: 'GroupResult',
      id: outer,
      parent,
      results: [
        { _tag: 'AsyncResult', id: a, parent: null },
        {
          _tag: 'GroupResult',
          id: inner,
          parent,
          results: [
            { _tag: 'AsyncResult', id: b, parent },
            { _tag: 'AsyncResult', id: c, parent: null },
          ],
        },
      ],
    });
    const joined = right(group.join({ timeout: 20 }));
    await until(async () => (await server.numsub(keyOf(c))) === 1);
    for (const [x, id] of [c, a, b].entries()) {
      await session.send('add', [x, 10], {}, { task_id: id });
    }
    expect(await joined).toEqual([11, [12, 10]]);
  });

  it('what chordis saves is restored by Python, nested, with its parents', async () => {
    const [outer = '', inner = '', a = '', b = '', before = ''] = taskIds(5);
    const nested = backend.groupResult(inner, [backend.asyncResult(b)]);
    const group = backend.groupResult(
      outer,
      [backend.asyncResult(a), nested],
      backend.asyncResult(before),
    );
    await right(group.save());
    await right(backend.markAsDone(a, 1));
    expect(await session.python(READ, outer)).toEqual({
      shape: [
        outer,
        [before, null, null],
        [
          [a, null, null],
          [inner, null, [[b, null, null]]],
        ],
      ],
      ready: false,
      successful: false,
      failed: false,
      waiting: true,
      completed: 1,
    });
    await right(backend.markAsDone(b, 'ü'));
    expect(await session.python(VALUES, outer)).toEqual([1, ['ü']]);
    await right(group.delete());
    expect(await session.python('return GroupResult.restore(args)', outer)).toBeNull();
  });

  it.each([
    ['all done', ['SUCCESS', 'SUCCESS', 'SUCCESS']],
    ['one failed', ['SUCCESS', 'FAILURE', 'SUCCESS']],
    ['one revoked', ['REVOKED', 'SUCCESS', 'SUCCESS']],
    ['one started', ['SUCCESS', 'SUCCESS', 'STARTED']],
    ['one unknown', ['SUCCESS', null, 'SUCCESS']],
    ['one of its own state', ['SUCCESS', 'SUCCESS', 'PROGRESS']],
  ])('it is as Python says that it is: %s', async (_, states) => {
    const [outer = '', inner = '', ...ids] = taskIds(6);
    await session.python(SAVE, { outer, inner, ids });
    for (const [i, state] of states.entries()) {
      const value = ['FAILURE', 'REVOKED'].includes(state ?? '')
        ? pythonException('ValueError', ['no'])
        : 1;
      if (state !== null) await right(backend.storeResult(ids[i] ?? '', value, state));
    }
    const group = await restored(outer);
    const { ready, successful, failed, waiting, completedCount } = group;
    expect({
      ready: await right(ready),
      successful: await right(successful),
      failed: await right(failed),
      waiting: await right(waiting),
      completed: await right(completedCount),
    }).toEqual(await session.python(READ.replace('shape=shape(group), ', ''), outer));
  });

  it('need 17: the values of a group that a worker runs are in header order', async () => {
    const numbers = Array.from({ length: 50 }, (_, i) => i);
    const groupId = await session.python(
      `
        result = celery.group(tasks.echo.s(n) for n in args).apply_async()
        result.save()
        return result.id
      `,
      numbers,
    );
    const group = await restored(String(groupId));
    expect(await right(group.join({ timeout: 20 }))).toEqual(numbers);
    expect(await right(group.completedCount)).toBe(50);
    // Python has subscribed to what it sent
    await session.python(
      'GroupResult.restore(args).get(timeout=10); app.backend.result_consumer.stop()',
      groupId,
    );
  });

  it('a member that fails in a worker is the cause of a ChordError', async () => {
    const [good = '', bad = '', slow = ''] = taskIds(3);
    const group = backend.groupResult(
      'g',
      [good, bad, slow].map((id) => backend.asyncResult(id)),
    );
    const failing = left(group.join({ timeout: 20 }));
    await until(async () => (await server.numsub(keyOf(slow))) === 1);
    await session.send('echo', [1], {}, { task_id: good });
    await session.send('fail', [], {}, { task_id: bad });
    expect(await failing).toMatchObject({
      _tag: 'ChordError',
      message: `Dependency ${bad} raised ValueError('boom', {'a': 1})`,
      cause: { _tag: 'TaskFailed', taskId: bad, excType: 'ValueError', args: ['boom', { a: 1 }] },
    });
  });
});
