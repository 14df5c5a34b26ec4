/**
 * What must hold beside the newest Celery and the oldest: a worker watched, values and
 * failures both ways, a Python client that waits, saved groups.
 */
import * as O from 'fp-ts/lib/Option.js';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { pythonException, RedisBackend } from '../../src/index.js';
import { asyncResultTuple, groupResultTuple } from '../../src/wire/index.js';
import { describeEachCelery, type PythonSession } from './celery.js';
import { type Fleet, startFleet } from './fleet.js';
import { expectNoSubscriptions } from './leaks.js';
import type { RedisServer } from './redisServer.js';
import { keyOf, left, observe, right, taskIds, until } from './scenario.js';

describeEachCelery('beside Celery', (version) => {
  let server: RedisServer;
  let session: PythonSession;
  let fleet: Fleet;
  let backend: RedisBackend;
  beforeAll(async () => {
    fleet = await startFleet({ version, config: { task_track_started: true } });
    ({ server, session } = fleet);
    backend = new RedisBackend({ url: server.url(1) });
  });
  afterEach(() => expectNoSubscriptions(server));
  afterAll(async () => {
    await backend?.close()();
    await fleet?.stop();
  });

  const get = (id: string): Promise<unknown> =>
    session.python('return AsyncResult(args).get(timeout=10)', id);

  it('is the version that it says', async () => {
    expect(await session.python('return celery.__version__')).toBe(version);
  });

  it.each([
    ['progress', [2], ['STARTED', 'PROGRESS', 'PROGRESS', 'SUCCESS'], 2],
    ['flaky', [], ['STARTED', 'RETRY', 'STARTED', 'RETRY', 'STARTED', 'SUCCESS'], 3],
  ])('every state of a worker is seen, and its result: %s', async (task, args, states, result) => {
    const [id = ''] = taskIds(1);
    const seen = observe(backend.asyncResult(id).meta$);
    await until(async () => (await server.numsub(keyOf(id))) === 1);
    await session.send(task, args, {}, { task_id: id });
    await seen.ended;
    expect(seen.values.map(({ status }) => status)).toEqual(states);
    expect(seen.values.at(-1)).toMatchObject({ taskId: id, result });
  });

  it('a failure of a worker is one here', async () => {
    const id = await session.send('fail');
    expect(await left(backend.asyncResult(id).get({ timeout: 10 }))).toMatchObject({
      _tag: 'TaskFailed',
      excType: 'ValueError',
      excModule: 'builtins',
      args: ['boom', { a: 1 }],
      traceback: expect.stringMatching(/^Traceback /),
    });
  });

  it.each([
    [null],
    [true],
    [17],
    [-1.5],
    ['ü😀 "\\/\n'],
    [[1, [2, { deep: null }]]],
    [{ 'a b': 1, '': [], nested: { yes: false } }],
  ])('%j is the same to both', async (value) => {
    const theirs = await session.send('echo', [value]);
    expect(await right(backend.asyncResult(theirs).get({ timeout: 10 }))).toEqual(value);
    const [ours = ''] = taskIds(1);
    await right(backend.storeResult(ours, value, 'SUCCESS'));
    expect(await get(ours)).toEqual(value);
  });

  it('a failure of chordis is raised in Python', async () => {
    const [id = '', other = ''] = taskIds(2);
    await right(backend.markAsFailure(id, pythonException('ValueError', ['boom', { a: 1 }])));
    expect(await get(id)).toMatchObject({
      raised: { type: 'ValueError', module: 'builtins', args: ['boom', { a: 1 }] },
    });
    await right(backend.markAsFailure(other, new RangeError('too far')));
    expect(await get(other)).toMatchObject({ raised: { type: 'ValueError', args: ['too far'] } });
  });

  it('a Python client that waits is told', async () => {
    const [id = ''] = taskIds(1);
    const waiting = get(id);
    await until(async () => (await server.numsub(keyOf(id))) === 1);
    await right(backend.markAsStarted(id));
    await right(backend.markAsDone(id, 'ü'));
    expect(await waiting).toBe('ü');
  });

  it('a group that one has saved is restored by the other', async () => {
    const group = groupResultTuple('g', [asyncResultTuple('x'), asyncResultTuple('y')]);
    await right(backend.saveGroup('g', group));
    expect(await session.python('return GroupResult.restore("g").as_tuple()')).toEqual([
      ['g', null],
      [
        [['x', null], null],
        [['y', null], null],
      ],
    ]);
    await session.python('GroupResult("h", [AsyncResult("x")]).save()');
    expect(await right(backend.restoreGroup('h'))).toEqual(
      O.some(groupResultTuple('h', [asyncResultTuple('x')])),
    );
  });
});
