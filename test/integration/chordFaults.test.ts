/**
 * The worker that returns the last part of a chord is killed, or Redis is, or the link to it is
 * cut, at every step between adding the part and having sent the body.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RedisBackend } from '../../src/index.js';
import { queued } from './chordBroker.js';
import { describeRedis, type RedisServer, startRedis } from './redisServer.js';
import { onRedis, right, type Scenario } from './scenario.js';
import { compileScripts, type Scripts } from './scripts.js';
import { type Fault, startStepProxy } from './stepProxy.js';

// -------------------------------------------------------------------------------------
// the points
// -------------------------------------------------------------------------------------

type Place = 'the server of the store' | 'another server';

/** What is written, in this order. */
const STEPS: Readonly<Record<Place, ReadonlyArray<string>>> = {
  'the server of the store': ['part', 'dispatch'],
  'another server': ['part', 'extend', 'publish', 'clean up'],
};

type Point = readonly [when: Fault['when'], name: string, place: Place, step: number];

const points = (Object.entries(STEPS) as ReadonlyArray<[Place, ReadonlyArray<string>]>).flatMap(
  ([place, names]) =>
    names.flatMap(
      (name, i): ReadonlyArray<Point> => [
        ['before', name, place, i + 1],
        ['after', name, place, i + 1],
      ],
    ),
);

// -------------------------------------------------------------------------------------
// a chord of two parts, of which one is there
// -------------------------------------------------------------------------------------

const CLAIM = 'celery-taskset-meta-g.c';

/** Of the body; so long that a server can start meanwhile. */
const patient = { max_retries: 200, interval_start: 0.02, interval_step: 0, interval_max: 0.02 };

const member = (n: number, group = 'g') => ({
  ...{ id: `t${n}`, group, groupIndex: n },
  chord: { task: 'tasks.xsum', options: { task_id: 'body', retry_policy: patient } },
});

interface Stage {
  readonly scenario: Scenario;
  /** Where the body goes to. */
  readonly other: RedisServer;
  readonly brokerPort: number;
  /** That another worker has, by a link of its own. */
  readonly backend: RedisBackend;
}

const onStage = (place: Place, body: (stage: Stage) => Promise<void>): Promise<void> =>
  onRedis(
    async (scenario) => {
      const { server } = scenario;
      const isHere = place === 'the server of the store';
      const other = isHere ? server : await startRedis({ persistent: true });
      try {
        const backend = scenario.backend({ broker: other.url(1), ...RETRYING });
        // so that each script is known
        await right(backend.setChordSize('known', 1));
        await right(backend.onChordPartReturn(member(0, 'known'), 'SUCCESS', 0));
        await other.admin.multi().select(1).del('celery').select(0).exec();
        await right(backend.setChordSize('g', 2));
        await right(backend.onChordPartReturn(member(0), 'SUCCESS', 'a'));
        await body({ scenario, other, backend, brokerPort: other.port });
        await right(backend.close());
      } finally {
        if (!isHere) await other.stop();
      }
    },
    { persistent: true },
  );

const RETRYING = { retryPolicy: { intervalMax: 0.05, maxRetries: 500 } };

/** Its task comes again, after the claim has lapsed; and once more. */
const redeliver = async ({ scenario: { server }, backend }: Stage): Promise<void> => {
  if ((await server.admin.get(CLAIM)) !== 'done') await server.admin.del(CLAIM);
  await right(backend.onChordPartReturn(member(1), 'SUCCESS', 'other'));
  expect(await right(backend.onChordPartReturn(member(1), 'SUCCESS', 'other'))).toEqual({
    _tag: 'Redelivered',
  });
};

/** So many bodies, all of one id and with the same values; and nothing but the mark is left. */
const expectBodies = async (
  { scenario: { server }, other }: Stage,
  many: number,
  values: ReadonlyArray<string>,
): Promise<void> => {
  const bodies = await queued(other, 1);
  expect(bodies.map(({ headers }) => headers.id)).toEqual(Array(many).fill('body'));
  for (const { body } of bodies) expect(JSON.parse(body.toString())[0]).toEqual([values]);
  expect(await server.admin.keys('celery-taskset-meta-g*')).toEqual([CLAIM]);
  expect(await server.admin.get(CLAIM)).toBe('done');
};

// -------------------------------------------------------------------------------------
// the faults
// -------------------------------------------------------------------------------------

describeRedis('a chord', () => {
  let scripts: Scripts;
  beforeAll(() => {
    scripts = compileScripts();
  });
  afterAll(() => scripts?.remove());

  it.each(points)(
    'of a worker that is killed %s %s, its broker on %s, is completed by the task that comes again',
    (when, name, place, step) =>
      onStage(place, async (stage) => {
        const { server } = stage.scenario;
        let worker: ReturnType<Scripts['start']> | undefined;
        const proxy = await startStepProxy([server.port, stage.brokerPort], {
          ...{ step, when, strike: () => worker?.kill9() },
        });
        const [store = 0, broker = 0] = proxy.ports;
        const brokerPort = place === 'another server' ? broker : store;
        worker = scripts.start(
          'returnPart',
          `redis://127.0.0.1:${store}/0`,
          `redis://127.0.0.1:${brokerPort}/1`,
        );
        expect(await worker.ended).toMatchObject({ code: null, lines: [] });
        await proxy.close();
        await redeliver(stage);
        // the body was sent, and its worker died before it could say so
        const isTwice = ['after publish', 'before clean up'].includes(`${when} ${name}`);
        const isAdded = !(when === 'before' && name === 'part');
        await expectBodies(stage, isTwice ? 2 : 1, ['a', isAdded ? 'b' : 'other']);
      }),
    60_000,
  );

  for (const what of ['the link is cut', 'Redis is killed'] as const) {
    it.each(points)(
      `sends its body where ${what} %s %s, the broker on %s`,
      (when, name, place, step) =>
        onStage(place, async (stage) => {
          const { server, backend } = stage.scenario;
          const killed: Array<Promise<void>> = [];
          const restart = async (one: RedisServer): Promise<void> => {
            await one.kill9();
            await one.restart({ keep: true });
          };
          const proxy = await startStepProxy([server.port, stage.brokerPort], {
            ...{ step, when },
            strike: (port) => {
              if (what === 'the link is cut') return;
              killed.push(restart(port === server.port ? server : stage.other));
            },
          });
          const [store = 0, broker = 0] = proxy.ports;
          const brokerPort = place === 'another server' ? broker : store;
          const worker = backend({
            url: `redis://127.0.0.1:${store}/0`,
            broker: `redis://127.0.0.1:${brokerPort}/1`,
            ...RETRYING,
          });
          expect(await right(worker.onChordPartReturn(member(1), 'SUCCESS', 'b'))).toEqual({
            ...{ _tag: 'Dispatched', bodyId: 'body' },
          });
          expect(proxy.steps().length).toBeGreaterThan(STEPS[place].length);
          await Promise.all(killed);
          await redeliver(stage);
          await expectBodies(stage, `${when} ${name}` === 'after publish' ? 2 : 1, ['a', 'b']);
          await right(worker.close());
          await proxy.close();
        }),
      60_000,
    );
  }
});
