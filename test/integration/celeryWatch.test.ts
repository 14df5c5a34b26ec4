import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisBackend, type TaskMeta } from '../../src/index.js';
import { groupResultTuple } from '../../src/wire/index.js';
import { describeCelery, type PythonSession, startWorker } from './celery.js';
import { type Fleet, startFleet } from './fleet.js';
import { expectNoSubscriptions } from './leaks.js';
import type { RedisServer } from './redisServer.js';
import { keyOf, left, type Observed, observe, right, until } from './scenario.js';

interface Run {
  readonly task: string;
  readonly args: ReadonlyArray<unknown>;
  /** All of them, in order. */
  readonly states: ReadonlyArray<string>;
  /** What the last meta holds. */
  readonly last: object;
}

/** Each runs held, so that a watcher can come while it runs. */
const runs: ReadonlyArray<Run> = [
  {
    task: 'add',
    args: [1, 2],
    states: ['STARTED', 'SUCCESS'],
    last: { result: 3, traceback: null, children: [] },
  },
  {
    task: 'fail',
    args: [],
    states: ['STARTED', 'FAILURE'],
    last: {
      result: {
        excType: 'ValueError',
        excModule: 'builtins',
        args: ['boom', { a: 1 }],
        repr: "ValueError('boom', {'a': 1})",
      },
      traceback: expect.stringMatching(/^Traceback .*raise ValueError\('boom', \{'a': 1\}\)/s),
    },
  },
  {
    task: 'custom_error',
    args: [1, 'x'],
    states: ['STARTED', 'FAILURE'],
    last: {
      result: {
        excType: 'CustomError',
        excModule: 'tasks',
        args: [1, 'x'],
        repr: "CustomError(1, 'x')",
      },
    },
  },
  {
    task: 'progress',
    args: [3],
    states: ['STARTED', 'PROGRESS 1/3', 'PROGRESS 2/3', 'PROGRESS 3/3', 'SUCCESS'],
    last: { result: 3 },
  },
  {
    task: 'flaky',
    args: [],
    states: ['STARTED', 'RETRY', 'STARTED', 'RETRY', 'STARTED', 'SUCCESS'],
    last: { result: 3 },
  },
];

describeCelery('what a Celery worker does, watched', () => {
  let server: RedisServer;
  let session: PythonSession;
  let fleet: Fleet;
  let backend: RedisBackend;
  beforeAll(async () => {
    fleet = await startFleet({
      config: { task_track_started: true },
      worker: { pool: 'prefork' },
    });
    ({ server, session } = fleet);
    backend = new RedisBackend({ url: server.url(1) });
  });
  afterEach(() => expectNoSubscriptions(server));
  afterAll(async () => {
    await backend?.close()();
    await fleet?.stop();
  });

  let sent = 0;
  const newId = (task: string): string => `${task}-${++sent}`;

  const send = ({ task, args }: Pick<Run, 'task' | 'args'>, id: string): Promise<string> =>
    session.send('held', [task, ...args], {}, { task_id: id });

  /** Lets a held task go on, as often as it tries. */
  const openGate = (id: string): Promise<unknown> =>
    session.python('app.backend.client.rpush(args, 1, 1, 1)', `gate-${id}`);

  const hasStarted = (id: string): Promise<void> =>
    until(async () => (await right(backend.getState(id))) === 'STARTED');

  const revoke = (id: string, options: object): Promise<unknown> =>
    session.python(
      'return app.control.revoke(args["id"], reply=True, limit=1, timeout=10, **args["options"])',
      { id, options },
    );

  const watch = async (id: string): Promise<Observed<TaskMeta>> => {
    const watched = observe(backend.asyncResult(id).meta$);
    await until(async () => (await server.numsub(keyOf(id))) === 1);
    return watched;
  };

  const states = ({ values }: Observed<TaskMeta>): ReadonlyArray<string> =>
    values.map(({ status, result }) =>
      status === 'PROGRESS' ? `PROGRESS ${Object.values(result as object).join('/')}` : status,
    );

  describe.each(runs)('$task', (run) => {
    it('shows every state in order to who watched before', async () => {
      const id = newId(run.task);
      const watched = await watch(id);
      await openGate(id);
      await send(run, id);
      await watched.ended;
      expect(states(watched)).toEqual(run.states);
      expect(watched.values.at(-1)).toMatchObject(run.last);
    });

    it('shows what it was at, and every state from there, to who comes while it runs', async () => {
      const id = newId(run.task);
      await send(run, id);
      await hasStarted(id);
      const watched = await watch(id);
      await openGate(id);
      await watched.ended;
      expect(states(watched)).toEqual(run.states);
      expect(watched.values.at(-1)).toMatchObject(run.last);
    });

    it('shows its end, once, to who comes after', async () => {
      const id = newId(run.task);
      await openGate(id);
      await send(run, id);
      await session.python('AsyncResult(args).get(timeout=10, propagate=False)', id);
      const watched = observe(backend.asyncResult(id).meta$);
      await watched.ended;
      expect(states(watched)).toEqual(run.states.slice(-1));
      expect(watched.values.at(-1)).toMatchObject(run.last);
    });
  });

  describe('a revoked task', () => {
    const revoked = {
      status: 'REVOKED',
      result: { excType: 'TaskRevokedError', excModule: 'celery.exceptions' },
    };

    it('ends the stream of who watched before it was sent', async () => {
      const id = newId('revoked');
      const watched = await watch(id);
      await revoke(id, {});
      await send({ task: 'add', args: [1, 2] }, id);
      await watched.ended;
      expect(watched.values).toMatchObject([{ ...revoked, result: { args: ['revoked'] } }]);
    });

    it('ends the stream, and the wait, of who watches it run', async () => {
      const id = newId('revoked');
      await send({ task: 'add', args: [1, 2] }, id);
      await hasStarted(id);
      const watched = await watch(id);
      const waiting = left(backend.asyncResult(id).get());
      await revoke(id, { terminate: true });
      await watched.ended;
      expect(states(watched)).toEqual(['STARTED', 'REVOKED']);
      expect(watched.values.at(-1)).toMatchObject(revoked);
      expect(await waiting).toMatchObject({
        _tag: 'TaskFailed',
        state: 'REVOKED',
        excType: 'TaskRevokedError',
        args: ['terminated'],
      });
    });

    it('is a failure at once to who comes after', async () => {
      const id = newId('revoked');
      await revoke(id, {});
      await send({ task: 'add', args: [1, 2] }, id);
      await until(async () => (await right(backend.getState(id))) === 'REVOKED');
      const watched = observe(backend.asyncResult(id).meta$);
      await watched.ended;
      expect(watched.values).toMatchObject([revoked]);
      expect(await left(backend.asyncResult(id).get({ timeout: 1 }))).toMatchObject({
        _tag: 'TaskFailed',
        state: 'REVOKED',
      });
    });
  });

  it('no state but a ready one ends the wait for a result', async () => {
    const id = newId('wait');
    const waiting = right(backend.asyncResult(id).get());
    await openGate(id);
    await send({ task: 'progress', args: [3] }, id);
    expect(await waiting).toBe(3);
  });

  it('a failure ends the wait for a result, and is a failure at once when it is stored already', async () => {
    const id = newId('wait');
    const failed = {
      _tag: 'TaskFailed',
      state: 'FAILURE',
      excType: 'ValueError',
      excModule: 'builtins',
      args: ['boom', { a: 1 }],
      message: `Task ${id} FAILURE: ValueError('boom', {'a': 1})`,
    };
    const waiting = left(backend.asyncResult(id).get());
    await openGate(id);
    await send({ task: 'fail', args: [] }, id);
    expect(await waiting).toMatchObject(failed);
    expect(await left(backend.asyncResult(id).get({ timeout: 1 }))).toMatchObject(failed);
  });

  it('who comes in the middle begins with the latest state', async () => {
    const id = newId('middle');
    await send({ task: 'flaky', args: [] }, id);
    await hasStarted(id);
    await session.python('app.backend.client.rpush(args, 1)', `gate-${id}`);
    await until(async () => (await right(backend.getState(id))) === 'RETRY');
    const watched = observe(backend.asyncResult(id).meta$);
    await openGate(id);
    await watched.ended;
    const all = ['STARTED', 'RETRY', 'STARTED', 'RETRY', 'STARTED', 'SUCCESS'];
    const seen = states(watched);
    expect(seen.length).toBeGreaterThanOrEqual(4);
    expect(seen.length).toBeLessThan(all.length);
    expect(seen).toEqual(all.slice(-seen.length));
  });

  it('a task followed from before it was sent keeps its channel until its result is there', async () => {
    const id = newId('followed');
    await right(backend.onTaskCall(null, id));
    expect(await server.numsub(keyOf(id))).toBe(1);
    await send({ task: 'add', args: [1, 2] }, id);
    const watched = observe(backend.asyncResult(id).meta$);
    await hasStarted(id);
    expect(await server.numsub(keyOf(id))).toBe(1);
    await openGate(id);
    await watched.ended;
    expect(states(watched)).toEqual(['STARTED', 'SUCCESS']);
    await until(async () => (await server.numsub(keyOf(id))) === 0);
  });

  it('knows the results that a task has started', async () => {
    const id = await session.send('spawn', [3]);
    const groupId = await right(backend.asyncResult(id).get());
    const children = await right(backend.getChildren(id));
    expect(children).toHaveLength(1);
    const [group] = children ?? [];
    if (group?._tag !== 'GroupResult') throw new Error('The child is no group');
    expect(group).toEqual(groupResultTuple(String(groupId), group.results, group.parent));
    expect(
      await Promise.all(group.results.map((child) => right(backend.asyncResult(child.id).get()))),
    ).toEqual([0, 2, 4]);
    expect(await right(backend.getTaskMeta(group.results[0]?.id ?? ''))).toMatchObject({
      groupId,
      parentId: id,
    });
  });

  it('reads what a worker with result_extended tells of a task', async () => {
    const extended = await startWorker({
      broker: server.celeryUrl(0),
      backend: server.celeryUrl(1),
      config: { result_extended: true },
      args: ['-Q', 'extended'],
    });
    try {
      const id = await session.send('add', ['ü', 'b'], {}, { queue: 'extended' });
      await right(backend.asyncResult(id).get());
      expect(await right(backend.getTaskMeta(id))).toMatchObject({
        name: 'tasks.add',
        args: ['ü', 'b'],
        kwargs: {},
        worker: expect.stringMatching(/^worker-.*@localhost$/),
        retries: 0,
        queue: 'extended',
        rest: {},
      });
    } finally {
      await extended.stop();
    }
  });
});
