/**
 * Celery's workers and clients beside chordis, all over one RabbitMQ.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { GetMessage } from 'amqplib';
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { amqpBroker, type Broker } from '../../src/amqp/index.js';
import { type AsyncResult, RedisBackend, type TaskRequest } from '../../src/index.js';
import { type CeleryEvent, chord, Producer, signature } from '../../src/producer/index.js';
import {
  type CeleryVersion,
  describeCelery,
  describeEachCelery,
  type PythonSession,
  startPython,
  startWorker,
  type Worker,
} from '../integration/celery.js';
import { expectNoLeaks } from '../integration/leaks.js';
import { type RedisServer, startRedis } from '../integration/redisServer.js';
import { right } from '../integration/scenario.js';
import { done } from './amqpMessages.js';
import { describeRabbit, type RabbitServer, startRabbit } from './rabbitServer.js';

/** A topic exchange, so that RabbitMQ holds back what has an `eta`. */
const ORDERS = {
  exchange: 'orders',
  exchangeType: 'topic',
  routingKey: 'orders.new',
  queueArguments: { 'x-queue-type': 'quorum' },
} as const;

const ORDERS_IN_CELERY = {
  exchange: ORDERS.exchange,
  exchange_type: ORDERS.exchangeType,
  routing_key: ORDERS.routingKey,
  queue_arguments: ORDERS.queueArguments,
};

const one = { timeout: 20, workers: 1 };

const all = <A>(source: Rx.Observable<A>): Promise<ReadonlyArray<A>> =>
  Rx.lastValueFrom(source.pipe(Rx.toArray()));

const running = (result: AsyncResult): Promise<unknown> =>
  Rx.firstValueFrom(result.meta$.pipe(Rx.filter(({ status }) => status === 'STARTED')));

describeRabbit('over AMQP,', () => {
  let rabbit: RabbitServer;
  let redis: RedisServer;
  let broker: Broker;
  let backend: RedisBackend;
  let producer: Producer;
  beforeAll(async () => {
    [rabbit, redis] = await Promise.all([startRabbit(), startRedis()]);
    broker = amqpBroker(rabbit.url);
    backend = new RedisBackend({
      url: redis.url(1),
      broker,
      retryPolicy: { maxRetries: 90 },
      logger: { warn: () => {}, error: () => {} },
    });
    producer = new Producer({ backend });
  });
  afterAll(async () => {
    if (producer) await right(producer.close());
    if (backend) await right(backend.close());
    if (broker) await done(broker.close);
    if (redis) await expectNoLeaks(redis);
    await Promise.all([redis?.stop(), rabbit?.stop()]);
  });

  const options = (version: CeleryVersion) => ({
    version,
    broker: rabbit.url,
    backend: redis.celeryUrl(1),
  });

  describeEachCelery('workers', (version) => {
    let worker: Worker;
    let session: PythonSession;
    beforeAll(async () => {
      [worker, session] = await Promise.all([
        startWorker({
          ...options(version),
          config: { task_track_started: true },
          pool: 'prefork',
          args: ['-E', '-Q', 'celery,other'],
        }),
        startPython(options(version)),
      ]);
    });
    afterAll(() => Promise.all([worker?.stop(), session?.stop()]));

    it('run what is sent, with any options', async () => {
      const sent = await Promise.all(
        [
          {},
          { queue: 'other' },
          { priority: 7 },
          { countdown: 1 },
          { expires: 600 },
          { compression: 'zlib' },
          { headers: { mine: { deep: [1, 'a', null, true] } } },
          { timeLimit: 60, softTimeLimit: 30 },
        ].map((options) => right(producer.sendTask('tasks.add', [2, 3], {}, options))),
      );
      for (const result of sent) expect(await right(result.get({ timeout: 20 }))).toBe(5);
    });

    it('run canvases, whose chords have their bodies sent by Celery', async () => {
      const header = [1, 2, 3].map((n) => signature('tasks.add', [n, n]));
      const result = await right(producer.apply(chord(header, signature('tasks.xsum'))));
      expect(await right(result.get({ timeout: 20 }))).toBe(12);
    });

    /** The next task of a queue that no Celery worker has. */
    const taken = async (queue: string) => {
      let found: GetMessage | undefined;
      await expect
        .poll(async () => {
          [found] = await rabbit.taken(queue);
          return found;
        })
        .toBeDefined();
      const headers = found?.properties.headers ?? {};
      const [args, , embed] = JSON.parse(String(found?.content));
      const request: TaskRequest = {
        id: headers.id,
        group: headers.group,
        groupIndex: headers.group_index,
        rootId: headers.root_id,
        parentId: headers.parent_id,
        ...{ chord: embed.chord, errbacks: embed.errbacks, chain: embed.chain },
      };
      return { request, args };
    };

    const sendChord = async (queue: string): Promise<string> => {
      const code = `
        from celery import chord
        header = [tasks.add.s(1, 2), tasks.add.s(3, 4).set(queue=args)]
        body = tasks.xsum.s().on_error(tasks.old_errback.s())
        return chord(header)(body).id
        `;
      return String(await session.python(code, queue));
    };

    it('have the body of a chord sent from here, where the last part is returned here', async () => {
      const queue = `here-${version}`;
      const id = await sendChord(queue);
      const { request, args } = await taken(queue);
      await delay(1000);
      await right(backend.markAsDone(request.id, args[0] + args[1], { request }));
      expect(await session.python('return AsyncResult(args).get(timeout=20)', id)).toBe(10);
    });

    it('run the errbacks of a chord that has failed here', async () => {
      const queue = `failing-${version}`;
      const id = await sendChord(queue);
      const { request } = await taken(queue);
      await right(backend.markAsFailure(request.id, new RangeError('bad'), { request }));
      const told = await session.python(
        `
        import time
        for _ in range(100):
            found = app.backend.client.lpop('errbacks')
            if found: return json.loads(found)
            time.sleep(0.2)
        `,
      );
      expect(told).toEqual([id]);
    });

    it('answer, and are asked', async () => {
      const [reply, ...others] = await all(producer.ping(one));
      expect(others).toEqual([]);
      expect(reply).toEqual({ worker: expect.stringContaining('@'), reply: { ok: 'pong' } });
      const [registered] = await all(producer.inspect.registered(one));
      expect(registered?.reply).toContain('tasks.add');
      expect(await all(producer.ping({ timeout: 0.3, destination: ['nobody'] }))).toEqual([]);
    });

    it('drop and kill what is revoked, and say so', async () => {
      const late = await right(producer.sendTask('tasks.echo', [1], {}, { countdown: 600 }));
      const held = await right(producer.sendTask('tasks.slow', [60]));
      await running(held);
      const [heard] = await all(producer.revoke([late.id, held.id], { ...one, terminate: true }));
      expect(heard?.reply).toHaveProperty('ok');
      expect(await held.get({ timeout: 20 })()).toMatchObject(E.left({ state: 'REVOKED' }));
      backend.resultConsumer.cancelFor(late.id);
    });

    it('tell of tasks as they happen, also after a lost connection', async () => {
      const heard: Array<CeleryEvent> = [];
      const listening = producer.events$.subscribe((event) => heard.push(event));
      const isHeard = async (): Promise<void> => {
        const { id } = await right(producer.sendTask('tasks.add', [1, 2]));
        const types = () =>
          heard.filter((event) => 'taskId' in event && event.taskId === id).map((e) => e.type);
        await expect
          .poll(types, { timeout: 10_000 })
          .toEqual(['task-received', 'task-started', 'task-succeeded']);
      };
      const queues = () => rabbit.ctl('list_queues', 'name', 'exclusive');
      const ours = /^celeryev\.\S+\ttrue$/m;
      await expect.poll(queues, { timeout: 20_000, interval: 500 }).toMatch(ours);
      await isHeard();
      const connections = await rabbit.ctl('list_connections', 'pid', 'client_properties');
      for (const [, pid = ''] of connections.matchAll(/^(\S+)\t.*"chordis"/gm)) {
        await rabbit.ctl('close_connection', pid, 'by a test');
      }
      await expect.poll(queues, { timeout: 20_000, interval: 500 }).toMatch(ours);
      await isHeard();
      listening.unsubscribe();
    });
  });

  it('what is aborted half way lets go of its result', async () => {
    const first = await right(producer.sendTask('tasks.echo', [1], {}, { queue: 'aborted' }));
    backend.resultConsumer.cancelFor(first.id);
    rabbit.pause();
    try {
      const controller = new AbortController();
      const options = { queue: 'aborted', signal: controller.signal };
      const sending = producer.sendTask('tasks.echo', [1], {}, options)();
      await expect.poll(() => redis.channels()).toHaveLength(1);
      controller.abort();
      expect(await sending).toMatchObject(E.left({ _tag: 'Aborted' }));
    } finally {
      rabbit.resume();
    }
    await expect.poll(() => redis.channels()).toEqual([]);
  });

  // -------------------------------------------------------------------------------------
  // the newest
  // -------------------------------------------------------------------------------------

  /** Less what differs for each sender, and each sending. */
  const shapeOf = ({ content, properties, fields }: GetMessage) => {
    const { headers, replyTo, expiration, ...others } = properties;
    const { eta, expires, origin, ...known } = headers ?? {};
    return {
      fields: { exchange: fields.exchange, routingKey: fields.routingKey },
      properties: { ...others, replyTo: typeof replyTo },
      headers: { ...known, ...{ eta: typeof eta, expires: typeof expires, origin: typeof origin } },
      /** Celery’s own is a little late. */
      expiration: expiration && Math.round(Number(expiration) / 1000),
      body: properties.headers?.compression ? 'compressed' : JSON.parse(String(content)),
    };
  };

  describeCelery('a message', () => {
    const version = '5.7.0';

    it('is what Celery’s client sends, field by field', async () => {
      const session = await startPython(options(version));
      const cases = [
        [{}, {}],
        [{ priority: 5 }, { priority: 5 }],
        [{ expires: 60 }, { expires: 60 }],
        [{ countdown: 60 }, { countdown: 60 }],
        [{ compression: 'zlib' }, { compression: 'zlib' }],
        [{ ignore_result: true }, { ignoreResult: true }],
        [
          { time_limit: 9, soft_time_limit: 1.5, shadow: 'other', headers: { mine: [1, 'a'] } },
          { timeLimit: 9, softTimeLimit: 1.5, shadow: 'other', headers: { mine: [1, 'a'] } },
        ],
        [{ delivery_mode: 1 }, { deliveryMode: 1 }],
      ] as const;
      const kwargs = { b: { c: [null, true, 'ü', 1.5] } };
      for (const [i, [inCelery, here]] of cases.entries()) {
        const task = { queue: 'compared', task_id: `t${i}` };
        const send = 'send("echo", (1, "x"), args["kwargs"], args["options"])';
        await session.python(send, { kwargs, options: { ...task, ...inCelery } });
        const ours = { queue: 'compared', taskId: `t${i}`, ...here };
        const sent = await right(producer.sendTask('tasks.echo', [1, 'x'], kwargs, ours));
        backend.resultConsumer.cancelFor(sent.id);
        const [theirs, mine] = await rabbit.taken('compared');
        expect(theirs && mine && shapeOf(mine)).toEqual(theirs && shapeOf(theirs));
      }
      await session.stop();
    });

    it('waits at the broker where its queue is a quorum queue, as Celery has it', async () => {
      const taskQueues = { orders: ORDERS };
      const quorum = amqpBroker(rabbit.url, { taskQueues });
      const sender = new Producer({ backend, broker: quorum, taskQueues });
      const send = (countdown: number, queue = 'orders') =>
        right(sender.sendTask('tasks.add', [1, 2], {}, { queue, countdown }));
      const early = await send(4);
      const begun = performance.now();

      // what both publish is seen at the first exchange
      await rabbit.admin(async (channel) => {
        await channel.assertQueue('seen');
        await channel.bindQueue('seen', 'celery_delayed_27', '#');
      });
      const celery = {
        ...options(version),
        config: { task_queues: { orders: ORDERS_IN_CELERY, celery: {} } },
      };
      const session = await startPython(celery);
      const theirs = await session.send('add', [1, 2], {}, { queue: 'orders', countdown: 100 });
      const mine = await send(100);
      const seen = await rabbit.taken('seen');
      expect(seen.map(({ properties }) => properties.correlationId)).toEqual([theirs, mine.id]);
      expect(seen[1]?.fields.routingKey).toMatch(/^(?:[01]\.){28}orders\.new$/);
      const secondsOf = (message: GetMessage | undefined): number =>
        Number.parseInt(`${message?.fields.routingKey}`.slice(0, 56).replaceAll('.', ''), 2);
      expect(secondsOf(seen[0])).toBeGreaterThan(97);
      expect(Math.abs(secondsOf(seen[1]) - secondsOf(seen[0]))).toBeLessThanOrEqual(1);
      backend.resultConsumer.cancelFor(mine.id);

      // a worker declares all of it once more, and is given each task when it is due
      const worker = await startWorker({ ...celery, args: ['-Q', 'orders,celery'] });
      expect(await right(early.get({ timeout: 30 }))).toBe(3);
      expect(performance.now() - begun).toBeGreaterThan(2500);
      const late = await send(3);
      const sentAt = performance.now();
      expect(await right(late.get({ timeout: 30 }))).toBe(3);
      expect(performance.now() - sentAt).toBeGreaterThan(2000);
      // a queue of a direct exchange is left to the worker
      const direct = await send(2, 'celery');
      expect(await right(direct.get({ timeout: 30 }))).toBe(3);
      await Promise.all([worker.stop(), session.stop()]);
      await done(quorum.close);
    });

    it('is not lost where RabbitMQ is killed half way, and started again', async () => {
      const worker = await startWorker({
        ...options(version),
        config: { broker_connection_max_retries: null, broker_connection_retry: true },
      });
      const count = 1_000;
      let sent = 0;
      let killed: Promise<void> | undefined;
      const restart = async (): Promise<void> => {
        await rabbit.kill9();
        await rabbit.start();
      };
      const results = await Rx.lastValueFrom(
        Rx.range(0, count).pipe(
          Rx.mergeMap((i) => producer.sendTask('tasks.echo', [i]), 100),
          Rx.tap(() => {
            sent += 1;
            if (sent === count / 2) killed = restart();
          }),
          Rx.toArray(),
        ),
      );
      await killed;
      expect(results).toHaveLength(count);
      const values = await Promise.all(results.map((r) => right(r.get({ timeout: 100 }))));
      expect(new Set(values).size).toBe(count);
      await worker.stop();
    });
  });
});
