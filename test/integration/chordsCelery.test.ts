/**
 * One chord, its header shared by a real Celery worker and by parts returned from here.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RedisBackend, type TaskRequest } from '../../src/index.js';
import { describeEachCelery, type PythonSession } from './celery.js';
import { messageOf } from './chordBroker.js';
import { type Fleet, startFleet } from './fleet.js';
import type { RedisServer } from './redisServer.js';
import { right } from './scenario.js';

describeEachCelery('a chord that Celery has begun', (version) => {
  let server: RedisServer;
  let session: PythonSession;
  let fleet: Fleet;
  let backend: RedisBackend;
  beforeEach(async () => {
    fleet = await startFleet({ version });
    ({ server, session } = fleet);
    backend = new RedisBackend({ url: server.url(1), broker: server.url(0) });
  });
  afterEach(async () => {
    if (backend) await right(backend.close());
    await fleet?.stop();
  });

  /** The next task of the queue that no Celery worker has. */
  const taken = async (): Promise<TaskRequest & { readonly numbers: ReadonlyArray<number> }> => {
    const [, text = ''] = (await server.admin.brpop('here', 10)) ?? [];
    const { headers, body } = messageOf(text);
    const [numbers, , { chord, errbacks, chain }] = JSON.parse(body.toString());
    return {
      ...{ id: String(headers.id), group: String(headers.group), chord, errbacks, chain, numbers },
      groupIndex: headers.group_index as number,
      rootId: headers.root_id as string,
      parentId: headers.parent_id as string | null,
    };
  };

  /** A chord of sums, each second one for us; the id of its body. */
  const send = async (size: number, body = 'tasks.xsum.s()'): Promise<string> => {
    const sent = await session.python(
      `
      from celery import chain, chord, group
      header = [
          tasks.add.s(i, i).set(queue='here' if i % 2 else 'celery') for i in range(args)
      ]
      return chord(header)(${body}).id
      `,
      size,
    );
    if (typeof sent !== 'string') throw new Error(JSON.stringify(sent));
    return sent;
  };

  const resultOf = (id: string): Promise<unknown> =>
    session.python('return AsyncResult(args).get(timeout=20)', id);

  it('runs its body once, with what both have returned, in header order', async () => {
    const size = 20;
    const id = await send(size, 'tasks.echo.s()');
    for (let n = 0; n < size / 2; n++) {
      const { numbers, ...request } = await taken();
      const [a = 0, b = 0] = numbers;
      await right(backend.markAsDone(request.id, a + b, { request }));
      // redelivered, with another value
      await right(backend.onChordPartReturn(request, 'SUCCESS', -1));
    }
    expect(await resultOf(id)).toEqual(Array.from({ length: size }, (_, i) => 2 * i));
    await delay(100);
    expect(await server.admin.llen('celery')).toBe(0);
  });

  it('can have a chain, a group and a chord for a body', async () => {
    for (const [body, expected] of [
      ['(tasks.xsum.s() | tasks.add.s(100))', 106],
      ['chord([tasks.xsum.s(), tasks.xsum.s()], tasks.xsum.s())', 12],
    ] as const) {
      const id = await send(3, body);
      const { numbers, ...request } = await taken();
      await delay(300);
      const [a = 0, b = 0] = numbers;
      await right(backend.markAsDone(request.id, a + b, { request }));
      expect(await resultOf(id)).toBe(expected);
    }
  });

  it.each([
    ['fails where a part has failed', true],
    ['is given the values where none has', false],
  ])('that is to settle %s, where Python returns the last part', async (_name, isFailing) => {
    const id = await session.python(`
      from celery import chord
      held = tasks.held.s('echo', 'python').set(task_id='held')
      body = tasks.echo.s().set(headers={'chord_failure': 'settle'})
      return chord([held, tasks.echo.s([0]).set(queue='here')])(body).id
    `);
    const { numbers: _, ...request } = await taken();
    await right(
      isFailing
        ? backend.markAsFailure(request.id, new RangeError('bad'), { request })
        : backend.markAsDone(request.id, 'node', { request }),
    );
    await server.admin.multi().select(1).rpush('gate-held', 'go').select(0).exec();
    expect(await resultOf(String(id))).toEqual(
      isFailing ? { raised: expect.objectContaining({ type: 'ChordError' }) } : ['python', 'node'],
    );
  });

  it('fails for a Python waiter by the failure of a part from here: need 12', async () => {
    const id = await send(3);
    const { numbers: _, ...request } = await taken();
    await right(backend.markAsFailure(request.id, new RangeError('bad'), { request }));
    expect(await resultOf(id)).toEqual({
      raised: expect.objectContaining({
        type: 'ChordError',
        message: `Dependency ${request.id} raised ValueError('bad')`,
      }),
    });
  });
});
