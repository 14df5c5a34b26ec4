/**
 * Tasks and canvases sent from here, and run by real workers.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AsyncResult, RedisBackend } from '../../src/index.js';
import {
  chain,
  chord,
  group,
  Producer,
  type Signature,
  signature,
  task,
} from '../../src/producer/index.js';
import { describeEachCelery, type PythonSession } from './celery.js';
import { type Fleet, startFleet } from './fleet.js';
import type { RedisServer } from './redisServer.js';
import { right } from './scenario.js';

const call = (name: string, ...args: ReadonlyArray<unknown>) => signature(`tasks.${name}`, args);

const add = task('tasks.add', { args: t.tuple([t.number, t.number]), result: t.number });

/** By Celery 5.2 too: what it can't do is not among them. */
const canvases: ReadonlyArray<readonly [name: string, canvas: Signature, value: unknown]> = [
  ['a task', call('add', 1, 2), 3],
  ['a group', group([call('add', 1, 2), call('echo', 'x')]), [3, 'x']],
  ['an empty group', group([]), []],
  ['a chain', chain([call('add', 1, 2), call('add', 3), call('echo')]), 6],
  ['a chord', chord([call('add', 1, 2), call('add', 3, 4)], call('xsum')), 10],
  ['a chord without a header', chord([], call('echo')), []],
  [
    'a chain of groups',
    chain([
      group([call('echo', 1), call('echo', 2)]),
      group([call('xsum'), call('echo')]),
      call('echo'),
    ]),
    [3, [1, 2]],
  ],
  [
    'a chain that ends with a group',
    chain([call('add', 1, 2), group([call('add', 10), call('add', 20)])]),
    [13, 23],
  ],
  [
    'a chord with a chain for a body',
    chord([call('add', 1, 2), call('echo', 4)], chain([call('xsum'), call('add', 5)])),
    12,
  ],
  [
    'a chord of chords',
    chord(
      [chord([call('echo', 1), call('echo', 2)], call('xsum')), call('echo', 3)],
      chord([call('xsum'), call('xsum')], call('xsum')),
    ),
    12,
  ],
  [
    'a group of chains',
    group([chain([call('add', 1, 2), call('add', 3)]), call('echo', 0)]),
    [6, 0],
  ],
  ['a typed chain', chain([add(1, 2), add(3), add(4)]), 10],
];

describeEachCelery('a producer', (version) => {
  let server: RedisServer;
  let celery: PythonSession;
  let fleet: Fleet;
  let backend: RedisBackend;
  let producer: Producer;
  beforeAll(async () => {
    fleet = await startFleet({ version, worker: { args: ['-Q', 'celery,other', '-E'] } });
    ({ server, session: celery } = fleet);
    backend = new RedisBackend({ url: server.url(1) });
    producer = new Producer({ broker: server.url(0), backend });
  });
  afterAll(async () => {
    if (producer) await right(producer.close());
    if (backend) await right(backend.close());
    await fleet?.stop();
  });

  const outcome = async (canvas: Signature): Promise<unknown> => {
    const result = await right(producer.apply(canvas));
    return right<unknown>(
      result instanceof AsyncResult ? result.get({ timeout: 20 }) : result.join({ timeout: 20 }),
    );
  };

  it.each(canvases)('has it run, and its result come: %s', async (_, canvas, value) => {
    expect(await outcome(canvas)).toEqual(value);
  });

  it('leaves the keys behind that Celery’s own client leaves', async () => {
    const kinds = async (): Promise<ReadonlyArray<string>> => {
      const keys = await server.cli('SCAN', 0, 'COUNT', 10_000);
      return keys
        .split('\n')
        .filter((key) => key.startsWith('celery-'))
        .map((key) => key.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, 'ID'))
        .sort();
    };
    const left = async (run: () => Promise<unknown>): Promise<ReadonlyArray<string>> => {
      await server.admin.select(1);
      await server.admin.flushdb();
      await run();
      await new Promise((resolve) => setTimeout(resolve, 300));
      const found = await kinds();
      await server.admin.select(0);
      return found;
    };
    const ours = await left(() =>
      outcome(
        chain([group([call('echo', 1), call('echo', 2)]), group([call('xsum'), call('echo')])]),
      ),
    );
    const theirs = await left(() =>
      celery.python(`
        from celery import chain, group
        result = chain(
            group([tasks.echo.s(1), tasks.echo.s(2)]), group([tasks.xsum.s(), tasks.echo.s()])
        ).apply_async()
        return result.get(timeout=20)
      `),
    );
    expect(ours).toEqual(theirs);
    expect(ours.length).toBeGreaterThan(3);
  });

  it('is understood in its options', async () => {
    const link = signature('tasks.echo', [], {}, { taskId: `linked-${version}` });
    const results = await Promise.all([
      right(producer.sendTask('tasks.echo', [1], {}, { queue: 'other' })),
      right(producer.sendTask('tasks.echo', [2], {}, { countdown: 0.2 })),
      right(producer.sendTask('tasks.echo', [3], {}, { eta: new Date(Date.now() + 200) })),
      right(producer.sendTask('tasks.echo', [4], {}, { compression: 'zlib' })),
      right(
        producer.sendTask('tasks.echo', [5], {}, { priority: 9, timeLimit: 9, softTimeLimit: 8 }),
      ),
      right(producer.sendTask('tasks.echo', [6], {}, { link, headers: { traceparent: 'x' } })),
      right(producer.sendTask(add, [3, 4])),
    ]);
    const values = await Promise.all(
      results.map((result) => right<unknown>(result.get({ timeout: 20 }))),
    );
    expect(values).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await right(backend.asyncResult(`linked-${version}`).get({ timeout: 20 }))).toBe(6);
    const late = await right(producer.sendTask('tasks.echo', [1], {}, { expires: new Date(1) }));
    expect(await late.get({ timeout: 20 })()).toMatchObject(E.left({ state: 'REVOKED' }));
  });

  it('calls what is linked to a failure', async () => {
    await server.admin.select(1);
    await server.admin.del('errbacks');
    const linkError = signature('tasks.old_errback');
    const failed = await right(producer.sendTask('tasks.fail', [], {}, { linkError }));
    expect(await failed.get({ timeout: 20 })()).toMatchObject(E.left({ excType: 'ValueError' }));
    const [, told] = (await server.admin.blpop('errbacks', 10)) ?? [];
    expect(JSON.parse(told ?? 'null')).toEqual([failed.id]);
    await server.admin.select(0);
  });

  it('gives results that Python’s client reads, and the reverse', async () => {
    const sent = await right(
      producer.apply(group([call('add', 1, 2), chain([call('add', 3, 4), call('add', 5)])])),
    );
    await right(sent.save());
    expect(
      await celery.python('return GroupResult.restore(args).get(timeout=20)', sent.id),
    ).toEqual([3, 12]);
    const tuple = (await celery.python(
      'from celery import group\nresult = group(tasks.add.s(i, i) for i in range(2))()\nresult.save()\nreturn result.id',
    )) as string;
    const restored = await right(backend.restoreGroup(tuple));
    expect(restored).toMatchObject({ value: { id: tuple, results: [{}, {}] } });
  });
});
