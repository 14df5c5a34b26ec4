/**
 * What chordis plans and publishes, taken by a real worker; and by Kombu's own consumer, where
 * it is an exchange that the messages go to.
 */
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PlanOptions } from '../../src/canvas/plan.js';
import { planner } from '../../src/canvas/planner.js';
import { connectionPool } from '../../src/index.js';
import { fromRun } from '../../src/operation/operation.js';
import type { Broker } from '../../src/port/broker.js';
import { kombuBroker } from '../../src/redis/kombuBroker.js';
import { DateTime } from '../../src/serialization/dateTime.js';
import { json } from '../../src/serialization/json.js';
import { ResultTuple } from '../../src/wire/resultTuple.js';
import { encodeSavedGroup } from '../../src/wire/savedGroup.js';
import { type Signature, signature } from '../../src/wire/signature.js';
import { describeEachCelery, type PythonSession, type Worker } from './celery.js';
import { type Fleet, startFleet } from './fleet.js';
import type { RedisServer } from './redisServer.js';
import { right } from './scenario.js';

const task = (name: string, ...args: ReadonlyArray<unknown>): Signature =>
  signature(`tasks.${name}`, args);

const group = (...tasks: ReadonlyArray<Signature>): Signature =>
  signature('celery.group', [], { subtaskType: 'group', kwargs: { tasks } });

const chain = (...tasks: ReadonlyArray<Signature>): Signature =>
  signature('celery.chain', [], { subtaskType: 'chain', kwargs: { tasks } });

const chord = (header: ReadonlyArray<Signature>, body: Signature): Signature =>
  signature('celery.chord', [], { subtaskType: 'chord', kwargs: { kwargs: {}, header, body } });

/** By Celery 5.2 too: what it can't do is not among them. */
const canvases: ReadonlyArray<readonly [name: string, canvas: Signature, value: unknown]> = [
  ['a task', task('add', 1, 2), 3],
  ['a group', group(task('add', 1, 2), task('echo', 'x')), [3, 'x']],
  ['a chain', chain(task('add', 1, 2), task('add', 3), task('echo')), 6],
  ['a chord', chord([task('add', 1, 2), task('add', 3, 4)], task('xsum')), 10],
  [
    'a chain with a group in it',
    chain(task('add', 1, 2), group(task('add', 10), task('add', 20)), task('xsum'), task('add', 1)),
    37,
  ],
  [
    'a chord with a chain for a body',
    chord([task('add', 1, 2), task('echo', 4)], chain(task('xsum'), task('add', 5))),
    12,
  ],
  [
    'a chord with a chord for a body',
    chord([task('echo', 1)], chord([task('xsum'), task('xsum')], task('xsum'))),
    2,
  ],
  [
    'chords in a chord',
    chord([chord([task('echo', 1), task('echo', 2)], task('xsum')), task('echo', 3)], task('xsum')),
    6,
  ],
  ['a group of chains', group(chain(task('add', 1, 2), task('add', 3)), task('echo', 0)), [6, 0]],
  ['a chord without a header', chord([], task('echo')), []],
];

describeEachCelery('a plan that is carried out', (version) => {
  let server: RedisServer;
  let worker: Worker;
  let celery: PythonSession;
  let fleet: Fleet;
  let broker: Broker;
  beforeAll(async () => {
    fleet = await startFleet({ version });
    ({ server, worker, session: celery } = fleet);
    broker = kombuBroker(connectionPool({ url: server.url(0) }));
  });
  afterAll(async () => {
    if (broker) await fromRun(broker.close)();
    await fleet?.stop();
  });

  const plan = planner({
    serializer: () => E.right(json),
    newId: () => crypto.randomUUID(),
    now: () => DateTime.utc(new Date()),
    origin: 'chordis',
    replyTo: crypto.randomUUID(),
    queue: 'celery',
  });

  /** What comes of it, as Python's client sees it. */
  const run = async (canvas: Signature, options?: PlanOptions): Promise<unknown> => {
    const made = plan(canvas, [], options);
    if (E.isLeft(made)) throw made.left;
    const { messages, chordSizes, savedGroups, result } = made.right;
    await server.admin.select(1);
    for (const { groupId, size } of chordSizes) {
      await server.admin.set(`celery-taskset-meta-${groupId}.s`, size);
    }
    for (const saved of savedGroups) {
      const value = encodeSavedGroup(json)(saved);
      if (E.isLeft(value)) throw value.left;
      await server.admin.set(`celery-taskset-meta-${saved.id}`, value.right);
    }
    await server.admin.select(0);
    await right(fromRun(broker.publish(messages)));
    return celery.python(
      'return result_from_tuple(args, app=app).get(timeout=20)',
      result && ResultTuple.encode(result),
    );
  };

  it.each(canvases)('is %s to a worker', async (_, canvas, value) => {
    expect(await run(canvas)).toEqual(value);
  });

  it('has options that a worker takes', async () => {
    const options = { expires: 60, countdown: 0.1, priority: 9, compression: 'gzip' };
    expect(await run(task('add', 1, 2), options)).toBe(3);
  });

  it('goes where Kombu has bound queues, by key or by topic', async () => {
    const declare = `
      from kombu import Exchange, Queue
      with app.connection_for_write() as connection:
          for name, kind, key in args:
              exchange = Exchange('of-' + name, type=kind)
              Queue(name, exchange, routing_key=key)(connection).declare()
    `;
    await celery.python(declare, [
      ['one', 'direct', 'video'],
      ['words', 'topic', 'log.*.disk'],
      ['any', 'topic', 'log.#'],
    ]);
    const to = (exchange: string, key: string) =>
      plan(task('echo', key), [], { exchange, routing_key: key });
    const sent = [
      to('of-one', 'video'),
      to('of-words', 'log.a-b.disk'),
      to('of-any', 'log.a.b'),
      to('of-any', 'log.x'),
    ];
    for (const made of sent) {
      if (E.isLeft(made)) throw made.left;
      await right(fromRun(broker.publish(made.right.messages)));
    }
    const lengths = ['one', 'words', 'any'].map((queue) => server.admin.llen(queue));
    expect(await Promise.all(lengths)).toEqual([1, 1, 2]);
  });

  it('reaches the listeners of a broadcast', async () => {
    const command = {
      body: Buffer.from(
        JSON.stringify({
          method: 'rate_limit',
          arguments: { task_name: 'tasks.echo', rate_limit: '7/m' },
          destination: null,
        }),
      ),
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      headers: { clock: 1, expires: Date.now() / 1000 + 60 },
      properties: {
        delivery_mode: 2,
        delivery_info: { exchange: 'celery.pidbox', routing_key: '' },
        priority: 0,
        body_encoding: 'base64',
        delivery_tag: crypto.randomUUID(),
      },
    };
    await right(fromRun(broker.publish([command])));
    await expect.poll(worker.log, { timeout: 10_000 }).toContain('7/m');
  });
});
