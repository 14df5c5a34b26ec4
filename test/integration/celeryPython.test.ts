import * as O from 'fp-ts/lib/Option.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pythonException, RedisBackend } from '../../src/index.js';
import { asyncResultTuple, groupResultTuple } from '../../src/wire/index.js';
import { describeCelery, type PythonSession, startPython } from './celery.js';
import { expectNoLeaks, expectNoSubscriptions } from './leaks.js';
import { type RedisServer, startRedis } from './redisServer.js';
import { keyOf, right, until } from './scenario.js';

/** What `AsyncResult` says of a task without waiting for it. */
const READ = `
  result = AsyncResult(args)
  value = result.result
  if isinstance(value, Exception):
    value = [type(value).__module__, type(value).__qualname__, list(value.args)]
  return dict(
    state=result.state, ready=result.ready(), successful=result.successful(),
    failed=result.failed(), result=value, traceback=result.traceback,
  )
`;

const GET = 'return AsyncResult(args).get(timeout=10)';

describeCelery('what chordis stores, read by Python', () => {
  let server: RedisServer;
  let session: PythonSession;
  let backend: RedisBackend;
  beforeAll(async () => {
    server = await startRedis();
    session = await startPython({ broker: server.celeryUrl(0), backend: server.celeryUrl(1) });
    backend = new RedisBackend({ url: server.url(1), resultExtended: true });
  });
  afterEach(() => expectNoSubscriptions(server));
  afterAll(async () => {
    await backend?.close()();
    await session?.stop();
    await expectNoLeaks(server);
    await server?.stop();
  });

  let stored = 0;
  const newId = (): string => `stored-${++stored}`;
  const read = (id: string): Promise<unknown> => session.python(READ, id);
  const get = (id: string): Promise<unknown> => session.python(GET, id);

  describe('states', () => {
    it('a value', async () => {
      const id = newId();
      const value = { 'a b': [1, 1.5, null, true, 'ü😀'], '': {} };
      await right(backend.storeResult(id, value, 'SUCCESS'));
      expect(await get(id)).toEqual(value);
      expect(await read(id)).toEqual({
        state: 'SUCCESS',
        ready: true,
        successful: true,
        failed: false,
        result: value,
        traceback: null,
      });
    });

    it('a task that is done', async () => {
      const id = newId();
      await right(backend.markAsDone(id, 3));
      expect(await get(id)).toBe(3);
    });

    it('a task that has started', async () => {
      const id = newId();
      await right(backend.markAsStarted(id, { pid: 17, hostname: 'node@localhost' }));
      expect(await read(id)).toMatchObject({
        state: 'STARTED',
        ready: false,
        result: { pid: 17, hostname: 'node@localhost' },
      });
    });

    it('progress', async () => {
      const id = newId();
      await right(backend.storeResult(id, { current: 1, total: 3 }, 'PROGRESS'));
      expect(await read(id)).toMatchObject({
        state: 'PROGRESS',
        ready: false,
        result: { current: 1, total: 3 },
      });
    });

    it('a task that is tried again', async () => {
      const id = newId();
      const exc = pythonException('ConnectionError', ['not yet', 2]);
      await right(backend.markAsRetry(id, exc, { traceback: 'Traceback …' }));
      expect(await read(id)).toMatchObject({
        state: 'RETRY',
        ready: false,
        failed: false,
        result: ['builtins', 'ConnectionError', ['not yet', 2]],
        traceback: 'Traceback …',
      });
    });

    it('a task that was revoked', async () => {
      const id = newId();
      await right(backend.markAsRevoked(id, 'not needed'));
      expect(await read(id)).toMatchObject({ state: 'REVOKED', ready: true, successful: false });
      expect(await get(id)).toEqual({
        raised: {
          type: 'TaskRevokedError',
          module: 'celery.exceptions',
          args: ['not needed'],
          message: 'not needed',
        },
      });
    });

    it('what is known of the request', async () => {
      const id = newId();
      await right(
        backend.markAsDone(id, 3, {
          request: {
            id,
            task: 'tasks.add',
            args: [1, 2],
            kwargs: { x: 'ü' },
            hostname: 'node@localhost',
            retries: 1,
            deliveryInfo: { routingKey: 'q' },
            parentId: 'the-parent',
            group: 'the-group',
            children: [
              groupResultTuple('g', [asyncResultTuple('a')], asyncResultTuple('p')),
              asyncResultTuple('b'),
            ],
          },
        }),
      );
      const code = `
        result = AsyncResult(args)
        return dict(
          name=result.name, args=result.args, kwargs=result.kwargs, worker=result.worker,
          retries=result.retries, queue=result.queue,
          children=[child.as_tuple() for child in result.children],
          rest=[result._get_task_meta()[name] for name in ('parent_id', 'group_id')],
        )
      `;
      expect(await session.python(code, id)).toEqual({
        name: 'tasks.add',
        args: [1, 2],
        kwargs: { x: 'ü' },
        worker: 'node@localhost',
        retries: 1,
        queue: 'q',
        children: [
          [['g', [['p', null], null]], [[['a', null], null]]],
          [['b', null], null],
        ],
        rest: ['the-parent', 'the-group'],
      });
    });
  });

  describe('failures raise their declared type with its arguments', () => {
    class OutOfRange extends Error {
      override readonly name = 'OutOfRange';
      readonly args = [17, { limit: 9 }];
    }

    it.each([
      [
        'an exception of Python',
        pythonException('ValueError', ['boom', { a: 1 }]),
        'ValueError',
        'builtins',
        ['boom', { a: 1 }],
      ],
      [
        'one of the reader',
        pythonException('CustomError', [1, 'x'], 'tasks'),
        'CustomError',
        'tasks',
        [1, 'x'],
      ],
      [
        'one of a module that is not loaded',
        pythonException('Deep.Error', [null], 'not.loaded'),
        'Deep.Error',
        'celery.exceptions',
        [null],
      ],
      ['an error of JavaScript', new RangeError('too far'), 'ValueError', 'builtins', ['too far']],
      ['a plain Error', new Error('boom'), 'Exception', 'builtins', ['boom']],
      [
        'an error of a class of its own',
        new OutOfRange('17'),
        'OutOfRange',
        'celery.backends.base',
        [17, { limit: 9 }],
      ],
      ['what is no error at all', 'thrown', 'Exception', 'builtins', ['thrown']],
      [
        'an argument that has no form in JSON',
        pythonException('KeyError', [() => 1]),
        'KeyError',
        'builtins',
        ['<function <lambda>>'],
      ],
    ])('%s', async (_what, exc, type, module, args) => {
      const id = newId();
      await right(backend.markAsFailure(id, exc, { traceback: 'Traceback …' }));
      expect(await get(id)).toMatchObject({ raised: { type, module, args } });
      expect(await read(id)).toMatchObject({
        state: 'FAILURE',
        failed: true,
        traceback: 'Traceback …',
      });
    });
  });

  describe('groups', () => {
    const nested = groupResultTuple(
      'outer',
      [
        asyncResultTuple('m-1', asyncResultTuple('m-0')),
        groupResultTuple('inner', [asyncResultTuple('m-2')]),
        asyncResultTuple('ü'),
      ],
      asyncResultTuple('before'),
    );

    it('Python restores what chordis saved, and joins it', async () => {
      await right(
        backend.saveGroup(
          'g-1',
          groupResultTuple('g-1', [asyncResultTuple('x'), asyncResultTuple('y')]),
        ),
      );
      await right(backend.markAsDone('x', 1));
      await right(backend.markAsDone('y', [2]));
      expect(await session.python('return GroupResult.restore("g-1").get(timeout=10)')).toEqual([
        1,
        [2],
      ]);
      await right(backend.saveGroup('outer', nested));
      const restored = await session.python('return GroupResult.restore("outer").as_tuple()');
      expect(restored).toEqual([
        ['outer', [['before', null], null]],
        [
          [['m-1', [['m-0', null], null]], null],
          [['inner', null], [[['m-2', null], null]]],
          [['ü', null], null],
        ],
      ]);
    });

    it('chordis restores what Python saved', async () => {
      const code = `
        before = AsyncResult('before')
        members = [
          AsyncResult('m-1', parent=AsyncResult('m-0')),
          GroupResult('inner', [AsyncResult('m-2')]),
          AsyncResult('ü'),
        ]
        GroupResult('outer', members, parent=before).save()
      `;
      await session.python(code);
      expect(await right(backend.restoreGroup('outer'))).toEqual(O.some(nested));
    });

    it('who deletes a group deletes it for the other', async () => {
      await right(backend.saveGroup('g-2', groupResultTuple('g-2', [asyncResultTuple('x')])));
      await session.python('GroupResult.restore("g-2").delete()');
      expect(await right(backend.restoreGroup('g-2'))).toEqual(O.none);
      await session.python('GroupResult("g-3", [AsyncResult("x")]).save()');
      await right(backend.deleteGroup('g-3'));
      expect(await session.python('return GroupResult.restore("g-3")')).toBeNull();
    });
  });

  describe('a Python client that waits', () => {
    /** Every state that is pushed to it; and what it found when it read. */
    const WAIT = `
      found, seen = [], []
      read = app.backend.get
      def spy(key):
        value = read(key)
        found.append(value is not None)
        return value
      app.backend.get = spy
      try:
        value = AsyncResult(args).get(timeout=10, on_message=lambda meta: seen.append(meta['status']))
      finally:
        del app.backend.get
      return dict(value=value, seen=seen, found=found)
    `;

    it('is told every state, and the result, without reading', async () => {
      const id = newId();
      const waiting = session.python(WAIT, id);
      await until(async () => (await server.numsub(keyOf(id))) === 1);
      await right(backend.markAsStarted(id));
      await right(backend.storeResult(id, { current: 1 }, 'PROGRESS'));
      await right(backend.markAsRetry(id, new Error('again')));
      await right(backend.markAsDone(id, 'ü'));
      const answer = await waiting;
      expect(answer).toMatchObject({
        value: 'ü',
        seen: ['STARTED', 'PROGRESS', 'RETRY', 'SUCCESS'],
      });
      expect(answer).not.toMatchObject({ found: expect.arrayContaining([true]) });
    });

    it('is told a failure, and raises it', async () => {
      const id = newId();
      const waiting = session.python(WAIT, id);
      await until(async () => (await server.numsub(keyOf(id))) === 1);
      await right(backend.markAsFailure(id, pythonException('ValueError', ['boom', { a: 1 }])));
      expect(await waiting).toMatchObject({
        raised: { type: 'ValueError', module: 'builtins', args: ['boom', { a: 1 }] },
      });
    });

    it('is told of each member of a group', async () => {
      const ids = [newId(), newId(), newId()];
      const code = `
        members = [AsyncResult(id) for id in args]
        return [[id, meta['result']] for id, meta in GroupResult('waited', members).iter_native(timeout=10)]
      `;
      const waiting = session.python(code, ids);
      await until(async () => {
        const counts = await Promise.all(ids.map((id) => server.numsub(keyOf(id))));
        return counts.every((count) => count === 1);
      });
      for (const [i, id] of ids.entries()) await right(backend.markAsDone(id, i));
      expect(await waiting).toEqual(ids.map((id, i) => [id, i]));
    });
  });
});
