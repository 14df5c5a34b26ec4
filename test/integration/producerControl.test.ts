/**
 * Workers that are told, asked and heard.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AsyncResult, RedisBackend } from '../../src/index.js';
import { type CeleryEvent, Producer } from '../../src/producer/index.js';
import { describeEachCelery, startWorker, type Worker } from './celery.js';
import { expectNoLeaks } from './leaks.js';
import { type RedisServer, startRedis } from './redisServer.js';
import { right } from './scenario.js';

describeEachCelery('a producer, and workers', (version) => {
  let server: RedisServer;
  let worker: Worker;
  let backend: RedisBackend;
  let producer: Producer;
  beforeAll(async () => {
    server = await startRedis();
    worker = await startWorker({
      version,
      broker: server.celeryUrl(0),
      backend: server.celeryUrl(1),
      config: { task_track_started: true, worker_prefetch_multiplier: 4 },
      pool: 'prefork',
      args: ['-E'],
    });
    backend = new RedisBackend({ url: server.url(1) });
    producer = new Producer({ broker: server.url(0), backend });
  });
  afterAll(async () => {
    if (producer) await right(producer.close());
    if (backend) await right(backend.close());
    await worker?.stop();
    await expectNoLeaks(server);
    await server?.stop();
  });

  const all = <A>(source: Rx.Observable<A>): Promise<ReadonlyArray<A>> =>
    Rx.lastValueFrom(source.pipe(Rx.toArray()));

  const one = { timeout: 10, workers: 1 };

  const running = (result: AsyncResult): Promise<unknown> =>
    Rx.firstValueFrom(result.meta$.pipe(Rx.filter(({ status }) => status === 'STARTED')));

  it('answer a ping', async () => {
    const [reply, ...others] = await all(producer.ping(one));
    expect(others).toEqual([]);
    expect(reply).toEqual({ worker: expect.stringContaining('@'), reply: { ok: 'pong' } });
    const destination = [reply?.worker ?? ''];
    expect(await all(producer.ping({ timeout: 10, destination }))).toEqual([reply]);
    expect(await all(producer.ping({ timeout: 0.3, destination: ['nobody'] }))).toEqual([]);
  });

  it('leave no queue and no binding behind', async () => {
    await all(producer.ping({ timeout: 0.5 }));
    await server.admin.select(0);
    await expect
      .poll(() => server.admin.keys('*reply.celery.pidbox*'), { timeout: 3000 })
      .toEqual([]);
  });

  it('tell of themselves', async () => {
    const late = await right(producer.sendTask('tasks.echo', [1], {}, { countdown: 600 }));
    const held = await right(producer.sendTask('tasks.slow', [3]));
    await running(held);
    const { inspect } = producer;
    const [active] = await all(inspect.active(one));
    expect(active?.reply).toEqual([expect.objectContaining({ id: held.id, name: 'tasks.slow' })]);
    const [scheduled] = await all(inspect.scheduled(one));
    expect(scheduled?.reply).toMatchObject([{ request: { id: late.id } }]);
    const [reserved] = await all(inspect.reserved(one));
    expect(reserved?.reply).toBeInstanceOf(Array);
    const [registered] = await all(inspect.registered(one));
    expect(registered?.reply).toContain('tasks.add');
    const [stats] = await all(inspect.stats(one));
    expect(stats?.reply).toMatchObject({ total: { 'tasks.slow': 1 } });
    const [conf] = await all(inspect.conf(one));
    expect(conf?.reply).toMatchObject({ task_default_queue: 'celery' });
    await all(producer.revoke([late.id, held.id], { ...one, terminate: true, signal: 'SIGKILL' }));
    expect(await held.get({ timeout: 10 })()).toMatchObject(E.left({ state: 'REVOKED' }));
    backend.resultConsumer.cancelFor(late.id);
  });

  it('kill a task that runs, where it is revoked with terminate: it ends REVOKED', async () => {
    const result = await right(producer.sendTask('tasks.slow', [60]));
    await running(result);
    const [heard] = await all(producer.revoke(result.id, { ...one, terminate: true }));
    expect(heard?.reply).toMatchObject({ ok: expect.stringContaining(result.id) });
    expect(await result.get({ timeout: 10 })()).toMatchObject(E.left({ state: 'REVOKED' }));
  });

  it('let a task that runs go on, where it is revoked without', async () => {
    const result = await right(producer.sendTask('tasks.slow', [1]));
    await running(result);
    await all(producer.revoke(result.id, one));
    // Celery 5.6 calls it revoked while it goes on.
    expect(await result.get({ timeout: 10 })()).toMatchObject(
      version === '5.6.3' ? E.left({ state: 'REVOKED' }) : E.right(1),
    );
  });

  it('drop a task that they have reserved: it ends REVOKED', async () => {
    const busy = await Promise.all(
      [1, 2, 3, 4].map(() => right(producer.sendTask('tasks.slow', [60]))),
    );
    await Promise.all(busy.map(running));
    const result = await right(producer.sendTask('tasks.echo', [1]));
    const [heard] = await all(producer.revoke([result.id], one));
    expect(heard?.reply).toMatchObject({ ok: expect.stringContaining(result.id) });
    const ids = busy.map(({ id }) => id);
    await all(producer.revoke(ids, { ...one, terminate: true }));
    expect(await result.get({ timeout: 10 })()).toMatchObject(E.left({ state: 'REVOKED' }));
    await Promise.all(busy.map((each) => each.get({ timeout: 10 })()));
  });

  // Celery 5.2 has no stamps.
  if (version !== '5.2.7')
    it('drop tasks by their stamps', async () => {
      const stamped = { stamps: { job: 'x7' }, countdown: 2 };
      const result = await right(producer.sendTask('tasks.echo', [1], {}, stamped));
      const [heard] = await all(producer.revokeByStampedHeaders({ job: ['x7'] }, one));
      expect(heard?.reply).toHaveProperty('ok');
      expect(await result.get({ timeout: 10 })()).toMatchObject(E.left({ state: 'REVOKED' }));
    });

  it('tell of tasks as they happen, also after a lost connection', async () => {
    const ours = async () =>
      (await server.clients()).filter(
        ({ user, fields }) => user !== 'celery' && Number(fields.psub) > 0,
      );
    const heard: Array<CeleryEvent> = [];
    const listening = producer.events$.subscribe((event) => heard.push(event));
    const isHeard = async (id: string, ...types: ReadonlyArray<CeleryEvent['type']>) =>
      expect
        .poll(
          () =>
            heard.filter((event) => 'taskId' in event && event.taskId === id).map((e) => e.type),
          { timeout: 10_000 },
        )
        .toEqual(types);
    await expect.poll(async () => (await ours()).length).toBe(1);
    const done = await right(producer.sendTask('tasks.add', [1, 2]));
    await isHeard(done.id, 'task-received', 'task-started', 'task-succeeded');
    expect(heard.find((event) => event.type === 'task-received')).toMatchObject({
      name: 'tasks.add',
      rootId: done.id,
      worker: expect.stringContaining('@'),
      timestamp: expect.any(Number),
    });
    const [before] = await ours();
    expect(await server.killClients([before?.id ?? ''])).toBe(1);
    await expect.poll(async () => (await ours()).every(({ id }) => id !== before?.id)).toBe(true);
    await expect.poll(async () => (await ours()).length).toBe(1);
    const failed = await right(producer.sendTask('tasks.fail'));
    await isHeard(failed.id, 'task-received', 'task-started', 'task-failed');
    await failed.get({ timeout: 5 })();
    listening.unsubscribe();
  });
});
