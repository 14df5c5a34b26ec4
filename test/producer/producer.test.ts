import { inspect } from 'node:util';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as Rx from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import {
  Aborted,
  Closed,
  ConnectionError,
  EncodeError,
  ImproperlyConfigured,
  InvalidArgument,
  RedisBackend,
  RetryLimitExceeded,
} from '../../src/index.js';
import { memoryStore } from '../../src/memory/memoryStore.js';
import { fromRun } from '../../src/operation/operation.js';
import { chain as chainRun, fromSource } from '../../src/operation/run.js';
import { chain, chord, group, Producer, signature } from '../../src/producer/index.js';
import { OfflineQueue } from '../../src/redis/offlineQueue.js';
import { flaky } from '../store/backendOver.js';
import { allLeft, bodyOf, left, right, world } from './world.js';

const add = (...args: ReadonlyArray<unknown>) => signature('tasks.add', args);

type Single = ReturnType<typeof add>;

const noRetry = { retryPolicy: { maxRetries: 0 } };

describe('sendTask', () => {
  it('sends the message of a call, and gives its result', async () => {
    const { producer, taken } = world();
    const result = await right(producer.sendTask('tasks.add', [1, 2], { z: 3 }));
    const [message, ...others] = taken();
    expect(others).toEqual([]);
    expect(message?.headers).toMatchObject({
      id: result.id,
      task: 'tasks.add',
      root_id: result.id,
      argsrepr: '(1, 2)',
      kwargsrepr: "{'z': 3}",
      ignore_result: null,
    });
    expect(bodyOf(message).slice(0, 2)).toEqual([[1, 2], { z: 3 }]);
  });

  it('is refused where its options are none', async () => {
    const { producer, taken } = world();
    const none = null as never;
    for (const call of [
      producer.sendTask('t', [], {}, none),
      producer.apply(signature('t'), none),
      producer.sendTask('t', [], {}, { signal: {} as AbortSignal }),
    ]) {
      expect(await left(call)).toBeInstanceOf(InvalidArgument);
    }
    expect(taken()).toEqual([]);
  });

  it('refuses arguments and stamps without names, which would be lost', async () => {
    const { producer, taken } = world();
    const map = new Map([['a', 1]]) as never;
    for (const call of [
      producer.sendTask('t', [], map),
      producer.sendTask('t', [], [1] as never),
      producer.sendTask('t', [], {}, { stamps: map }),
      producer.apply(signature('t', [], map)),
      producer.apply(signature('t', [], {}, { taskId: 5 as never })),
      producer.apply(signature('')),
    ]) {
      expect(await left(call)).toBeInstanceOf(InvalidArgument);
    }
    expect(taken()).toEqual([]);
    await right(producer.sendTask('t', [], {}, { stamps: null as never }));
  });

  it('is compressed by a codec of the backend’s own, where Node has none', async () => {
    const bzip2 = {
      name: 'bzip2',
      contentType: 'application/x-bz2',
      compress: (body: Buffer) => Buffer.from([1, ...body]),
      decompress: (body: Buffer) => body.subarray(1),
    };
    const { producer, taken } = world({}, { compressions: [bzip2] });
    await right(producer.sendTask('t', [], {}, { compression: 'bzip2' }));
    const [message] = taken();
    expect(message?.headers.compression).toBe('application/x-bz2');
    expect(message?.body[0]).toBe(1);
    const plain = world().producer;
    expect(await left(plain.sendTask('t', [], {}, { compression: 'bzip2' }))).toMatchObject({
      message: 'compression bzip2 is no codec of Node; give one in the option compressions',
    });
    expect(await left(plain.sendTask('t', [], {}, { compression: 'x' }))).toMatchObject({
      message: expect.stringMatching(/^compression Unknown compression method 'x'\. Available/),
    });
  });

  it('has links of any kind, in Celery’s form down to their tasks', async () => {
    const { producer, taken } = world();
    const inner = chain([
      signature('a'),
      signature('b', [], {}, { link: group([signature('c')]) }),
    ]);
    const link = chord([inner], signature('d'));
    const calls = [
      producer.sendTask('t', [], {}, { link }),
      producer.apply(signature('t', [], {}, { link: [link] })),
      producer.apply(chain([signature('t')], { link })),
      producer.apply(chord([], signature('t')), { link }),
    ];
    for (const call of calls) await right(call);
    const sent = taken();
    expect(sent).toHaveLength(4);
    for (const message of sent) {
      const { callbacks } = bodyOf(message)[2];
      expect(callbacks).toMatchObject([
        { subtask_type: 'chord', kwargs: { header: [{ subtask_type: 'chain' }] } },
      ]);
      expect(JSON.stringify(callbacks)).not.toMatch(/subtaskType|"rest"/);
      expect(JSON.stringify(callbacks).match(/"subtask_type"/g)).toHaveLength(7);
    }
  });

  it('takes options by Celery’s names in camelCase', async () => {
    const { producer, taken } = world();
    const link = signature('tasks.done');
    await right(
      producer.sendTask(
        't',
        [],
        {},
        {
          taskId: 'own',
          queue: 'images',
          priority: 6,
          countdown: 60,
          expires: 120,
          timeLimit: 5,
          softTimeLimit: 4,
          headers: { traceparent: '00-1-2-01' },
          link,
          linkError: [link],
          shadow: 'other',
          stamps: { job: 7 },
          replacedTaskNesting: 2,
          retries: 1,
          rootId: 'root',
          parentId: 'parent',
          groupId: 'g',
          groupIndex: 3,
          argsrepr: '(...)',
          kwargsrepr: '{...}',
          deliveryMode: 1,
          replyTo: 'replies',
        },
      ),
    );
    const [message] = taken('images\x06\x166');
    expect(message?.headers).toMatchObject({
      id: 'own',
      shadow: 'other',
      timelimit: [5, 4],
      traceparent: '00-1-2-01',
      stamped_headers: ['job'],
      stamps: { job: 7 },
      replaced_task_nesting: 2,
      retries: 1,
      root_id: 'root',
      parent_id: 'parent',
      group: 'g',
      group_index: 3,
      argsrepr: '(...)',
      kwargsrepr: '{...}',
    });
    expect(message?.headers.eta).toMatch(/^\d{4}-.*\+00:00$/);
    expect(message?.properties).toMatchObject({
      priority: 6,
      delivery_mode: 1,
      reply_to: 'replies',
      expiration: '120000',
    });
    const [, , embed] = bodyOf(message);
    expect(embed.callbacks).toMatchObject([{ task: 'tasks.done' }]);
    expect(embed.errbacks).toMatchObject([{ task: 'tasks.done' }]);
  });

  it('is lazy: each run sends anew, with an id of its own', async () => {
    const { producer, taken } = world();
    const send = producer.sendTask('t');
    expect(taken()).toEqual([]);
    const [a, b] = [await right(send), await Rx.firstValueFrom(send)];
    expect(a.id).not.toBe(b.id);
    expect(taken().map(({ headers }) => headers.id)).toEqual([a.id, b.id]);
  });

  it('has subscribed before the message is out, and the result can’t be missed', async () => {
    const { producer, backend, store } = world();
    const order: Array<unknown> = [];
    const broker = store.broker();
    const watched = new Producer({
      backend,
      broker: {
        ...broker,
        publish: (messages) => {
          order.push(store.subscriptions());
          return broker.publish(messages);
        },
      },
    });
    const result = await right(watched.sendTask('t'));
    expect(order).toEqual([[`celery-task-meta-${result.id}`]]);
    await right(backend.markAsDone(result.id, 5));
    expect(await right(result.get({ timeout: 1 }))).toBe(5);
    await allLeft(store);
    await right(producer.close());
  });

  it.each([
    [true, [], 'the store is not ready but the broker is'],
    [false, ['OfflineQueueFull'], 'the broker is not ready'],
  ])(
    'waits in the offline queue where its broker can’t be reached: %s',
    async (isReady, refused) => {
      const store = memoryStore();
      const { producer } = world(
        { broker: { ...store.broker(), isReady: () => isReady } },
        {},
        () => ({ ...store, isReady: () => !isReady, queue: new OfflineQueue(1) }),
        store,
      );
      const sent = await Promise.all([producer.sendTask('t')(), producer.sendTask('t')()]);
      expect(sent.flatMap((one) => (E.isLeft(one) ? [one.left._tag] : []))).toEqual(refused);
      await right(producer.close());
    },
  );

  it('does not follow a task that stores no result', async () => {
    const { producer, store } = world();
    await right(producer.sendTask('t', [], {}, { ignoreResult: true }));
    expect(store.subscriptions()).toEqual([]);
  });

  it('leaves no stream open where it fails', async () => {
    const { producer, store, backend } = world({}, noRetry);
    const failing = new Producer({
      backend,
      broker: {
        publish: () => () => {
          throw new Error('no');
        },
        close: () => undefined,
      },
    });
    await left(failing.sendTask('t'));
    await allLeft(store);
    expect(await left(producer.sendTask('t', [() => 1]))).toBeInstanceOf(EncodeError);
    expect(
      await left(producer.sendTask('t', [], {}, { exchange: 'media', routingKey: 'video' })),
    ).toEqual(new InvalidArgument('exchange', "'media' has no queue for the routing key 'video'."));
    await allLeft(store);
  });

  it('refuses what is no call, and options that are none', async () => {
    const { producer } = world();
    for (const [name, args, options] of [
      ['', [], {}],
      [undefined, [], {}],
      ['t', 'text', {}],
      ['t', [], { priority: 'high' }],
      ['t', [], { serializer: 'pickle' }],
      ['t', [], { compression: 'none such' }],
      ['t', [], { eta: 'soon' }],
      ['t', [], { taskId: '' }],
    ] as const) {
      const sent = producer.sendTask(name as string, args as [], {}, options as object);
      if (options && 'taskId' in options) await right(sent);
      else expect(await left(sent)).toBeInstanceOf(InvalidArgument);
    }
  });

  it('is published again under the retry policy, as the same message', async () => {
    const logger = { warn: vi.fn(), error: vi.fn() };
    const { backend, store, taken } = world({}, { retryPolicy: { intervalStep: 0 }, logger });
    const broker = store.broker();
    const cut = new ConnectionError('here', true, new Error('cut'));
    const { source, runs } = flaky(2, undefined, cut);
    const producer = new Producer({
      backend,
      broker: {
        ...broker,
        publish: (messages) =>
          pipe(
            fromSource(source),
            chainRun(() => broker.publish(messages)),
          ),
      },
    });
    const { id } = await right(producer.sendTask('t'));
    expect(runs).toHaveLength(3);
    expect(logger.error).toHaveBeenCalledTimes(2);
    expect(taken().map(({ headers }) => headers.id)).toEqual([id]);
  });

  it('fails once the retry policy is spent, and lets go of the task', async () => {
    const { producer, store, backend } = world({}, noRetry);
    const result = backend.resultConsumer;
    store.down(true);
    expect(await left(producer.sendTask('t'))).toBeInstanceOf(RetryLimitExceeded);
    expect(store.subscriptions()).toEqual([]);
    expect(result.isStopped).toBe(false);
  });

  it('ends when its signal aborts, and when it is unsubscribed from', async () => {
    const { backend, store } = world();
    const never = new Producer({
      backend,
      broker: { publish: () => () => undefined, close: () => undefined },
    });
    const aborting = new AbortController();
    const sent = never.sendTask('t', [], {}, { signal: aborting.signal })();
    const subscription = never.sendTask('t').subscribe();
    await vi.waitFor(() => expect(store.subscriptions()).toHaveLength(2));
    aborting.abort();
    subscription.unsubscribe();
    expect(await sent).toMatchObject({ left: expect.any(Aborted) });
    await allLeft(store);
  });

  it('is Closed once the producer, or its backend, is closed', async () => {
    const one = world();
    await right(one.producer.close());
    expect(await left(one.producer.sendTask('t'))).toEqual(new Closed('producer'));
    const other = world();
    await right(other.backend.close());
    expect(await left(other.producer.sendTask('t'))).toEqual(new Closed('backend'));
  });
});

describe('apply', () => {
  it('gives the result of what it is a canvas of', async () => {
    const { producer, taken } = world();
    const one = await right(producer.apply(add(1, 2)));
    expect(taken().map(({ headers }) => headers.id)).toEqual([one.id]);

    const many = await right(producer.apply(group([add(1, 2), add(3, 4)])));
    expect(taken().map(({ headers }) => headers.id)).toEqual(
      many.asTuple().results.map(({ id }) => id),
    );

    const last = await right(producer.apply(chain([add(1, 2), add(3)])));
    const [first] = taken();
    expect(bodyOf(first)[2].chain).toMatchObject([{ options: { task_id: last.id } }]);
    expect(last.parent?.id).toBe(first?.headers.id);
  });

  it('writes the size of a chord before its first task is out', async () => {
    const { backend, store, taken } = world();
    const broker = store.broker();
    const seen: Array<unknown> = [];
    const producer = new Producer({
      backend,
      broker: {
        ...broker,
        publish: (messages) => (settle) =>
          fromRun(
            store.commands.get(`celery-taskset-meta-${messages[0]?.headers.group}.s`),
          ).subscribe((size) => {
            seen.push(String('value' in size && size.value));
            broker.publish(messages)(settle);
          }) && undefined,
      },
    });
    const body = await right(
      producer.apply(chord([add(1, 1), add(2, 2)], signature('tasks.xsum'))),
    );
    expect(seen).toEqual(['2']);
    const messages = taken();
    expect(messages).toHaveLength(2);
    expect(bodyOf(messages[0])[2].chord).toMatchObject({ options: { task_id: body.id } });
  });

  it('follows all that its result is made of before', async () => {
    const { producer, store } = world();
    const { results } = await right(producer.apply(group([add(1, 2), add(3, 4)])));
    expect([...store.subscriptions()].sort()).toEqual(
      results.map(({ id }) => `celery-task-meta-${id}`).sort(),
    );
  });

  it('takes options over those of the canvas', async () => {
    const { producer, taken } = world();
    await right(
      producer.apply(signature('t', [], {}, { queue: 'a', priority: 3 }), { queue: 'b' }),
    );
    expect(taken('b\x06\x163')).toHaveLength(1);
  });

  it('refuses a chain of nothing, and gives a group of nothing', async () => {
    const { producer, taken } = world();
    expect(await left(producer.apply(chain([])))).toEqual(
      new InvalidArgument('canvas', 'is an empty chain: there is nothing to run.'),
    );
    expect((await right(producer.apply(group([])))).results).toEqual([]);
    expect(taken()).toEqual([]);
  });

  it('gives the result of a chain that is longer than the stack is deep', async () => {
    const { producer, taken } = world();
    const result = await right(
      producer.apply(chain(Array.from({ length: 10_000 }, (_, i) => add(i)))),
    );
    expect(taken()).toHaveLength(1);
    let first = result.parent;
    while (first?.parent) first = first.parent;
    expect(first).not.toBeNull();
  });

  it('refuses a canvas that is in itself, and one with a hole', async () => {
    const { producer, store } = world();
    const tasks: Array<unknown> = [add(1)];
    const own = group(tasks as ReadonlyArray<Single>) as unknown as Single;
    tasks.push(own);
    const links: Record<string, unknown> = {};
    const linked: Single = { ...add(1), options: links };
    links.link = [linked];
    for (const canvas of [own, linked, chord([add(1)], own) as unknown as Single]) {
      expect(await left(producer.apply(canvas))).toMatchObject({
        argument: 'signature',
        problem: 'is nested too deep, or holds itself.',
      });
    }
    // biome-ignore lint/suspicious/noSparseArray: such a list is what this is about
    const holey = [, add(1)] as unknown as ReadonlyArray<Single>;
    expect(await left(producer.apply(group(holey)))).toBeInstanceOf(InvalidArgument);
    await allLeft(store);
  });

  it('refuses what is no canvas', async () => {
    const { producer } = world();
    for (const canvas of [null, {}, chord([], {} as never), group(['t'] as never)]) {
      expect(await left(producer.apply(canvas as never))).toBeInstanceOf(InvalidArgument);
    }
  });
});

describe('the broker of a producer', () => {
  it('is that of its backend, where it has none of its own', async () => {
    const backend = new RedisBackend({ url: 'memory://', broker: 'memory://' });
    const producer = new Producer({ backend });
    expect((await right(producer.sendTask('t'))).id).toEqual(expect.any(String));
    await right(producer.close());
    await right(new Producer({ backend }).sendTask('t'));
    await right(backend.close());
  });

  it('has to be there', () => {
    const backend = new RedisBackend({ url: 'memory://' });
    expect(() => new Producer({ backend, broker: 'amqp://u:secret@h//' })).toThrow(
      'broker: AMQP comes with chordis/amqp: give amqpBroker(url) in place of the URL',
    );
    expect(() => new Producer({ backend, broker: 'sqs://' })).toThrow(
      "broker: 'sqs' is no broker that is known by URL",
    );
    expect(() => new Producer({ backend })).toThrow(ImproperlyConfigured);
    expect(() => new Producer({ backend, broker: 'amqp://localhost' })).toThrow(
      ImproperlyConfigured,
    );
  });

  it.each([
    { taskQueues: null },
    { taskQueues: { a: { exchangeType: 'bogus' } } },
    { taskRoutes: 'reports' },
    { taskRoutes: [null] },
    { taskRoute: {} },
    { taskDefaultQueue: 5 },
    { taskReprMaxlevels: Number.NaN },
    { broker: {} },
    { brokerTransportOptions: { prioritySteps: ['x'] } },
    { backend: {} },
  ])('refuses the option %o', (options) => {
    expect(() => world(options as never)).toThrow(ImproperlyConfigured);
  });

  it('is not shown, nor is its password', () => {
    const backend = new RedisBackend({ url: 'memory://' });
    const producer = new Producer({ backend, broker: 'redis://:secret@localhost/0' });
    expect(`${inspect(producer)} ${JSON.stringify(producer)}`).not.toContain('secret');
  });
});
