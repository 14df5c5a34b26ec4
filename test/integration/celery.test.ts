import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  describeCelery,
  type PythonSession,
  startPython,
  startWorker,
  type Worker,
} from './celery.js';
import { expectNoLeaks } from './leaks.js';
import { type RedisServer, startRedis } from './redisServer.js';

describeCelery('celery', () => {
  let server: RedisServer;
  let worker: Worker;
  let session: PythonSession;
  beforeAll(async () => {
    server = await startRedis();
    const options = { broker: server.celeryUrl(0), backend: server.celeryUrl(1) };
    [worker, session] = await Promise.all([startWorker(options), startPython(options)]);
  });
  afterAll(async () => {
    await Promise.all([worker?.stop(), session?.stop()]);
    await server?.stop();
  });

  const resultOf = (id: string): Promise<unknown> =>
    session.python('return AsyncResult(args).get(timeout=10)', id);

  it('a worker runs what Python sends', async () => {
    expect(await resultOf(await session.send('add', [1, 2]))).toBe(3);
    expect(await resultOf(await session.send('echo', [], { value: 'ü' }))).toBe('ü');
    expect(await resultOf(await session.send('flaky'))).toBe(3);
    expect(await resultOf(await session.send('progress', [3]))).toBe(3);
    expect(await resultOf(String(await resultOf(await session.send('chordable', [3]))))).toBe(6);
  });

  it('an exception arrives as Python saw it', async () => {
    expect(await resultOf(await session.send('fail'))).toEqual({
      raised: {
        type: 'ValueError',
        module: 'builtins',
        args: ['boom', { a: 1 }],
        message: "('boom', {'a': 1})",
      },
    });
    expect(await resultOf(await session.send('custom_error', [1, 'x']))).toMatchObject({
      raised: { type: 'CustomError', module: 'tasks', args: [1, 'x'] },
    });
  });

  it('sending subscribes nobody to the result', async () => {
    const id = await session.send('slow', [0.2]);
    expect(await server.numsub(`celery-task-meta-${id}`)).toBe(0);
    expect(await resultOf(id)).toBe(0.2);
  });

  it('its connections are not counted as leaks', () => expectNoLeaks(server));

  it('a session that broke says why', async () => {
    const { broker, backend } = { broker: server.celeryUrl(0), backend: server.celeryUrl(1) };
    const broken = await startPython({ broker, backend, env: { TASKS_CONFIG: 'not JSON' } });
    const why = { raised: { message: expect.stringContaining('JSONDecodeError') } };
    expect(await broken.python('return 1')).toMatchObject(why);
    expect(await broken.python('return 2')).toMatchObject(why);
    await broken.stop();
  });
});
