import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sentTo } from './chordBroker.js';
import { describeRedis, startRedis } from './redisServer.js';
import { onRedis, right } from './scenario.js';
import { compileScripts, type Scripts } from './scripts.js';

const chord = { task: 'tasks.xsum', options: { task_id: 'body' } };

const member = (n: number, group = 'g', body: unknown = chord) => ({
  ...{ id: `${group}-t${n}`, group, groupIndex: n, chord: body },
});

describeRedis('a chord', () => {
  it(
    'of 100,000 parts completes on a stock Redis, its parts read in bounded pieces',
    () =>
      onRedis(async ({ server, backend, proxy }) => {
        const { url, bytes } = await proxy();
        const one = backend({ url, broker: server.url(1) });
        const many = 100_000;
        await right(one.setChordSize('g', many));
        const outcomes: Array<string> = [];
        for (let from = 0; from < many; from += 10_000) {
          const some = await Promise.all(
            Array.from({ length: 10_000 }, (_, i) =>
              right(one.onChordPartReturn(member(from + i), 'SUCCESS', from + i)),
            ),
          );
          outcomes.push(...some.map(({ _tag }) => _tag));
        }
        expect(outcomes.filter((tag) => tag === 'Dispatched')).toHaveLength(1);
        const [message] = await sentTo(server);
        const [[values]] = JSON.parse(String(message?.body));
        expect(values).toEqual(Array.from({ length: many }, (_, i) => i));
        expect(bytes().fromServer).toBeGreaterThan(many * 30);
      }),
    60_000,
  );

  it(
    'of 1,000 parts of 100 KB completes on a stock Redis',
    () =>
      onRedis(async ({ server, backend }) => {
        const one = backend({ broker: server.url(1) });
        await right(one.setChordSize('g', 1000));
        const large = 'x'.repeat(100_000);
        let last = '';
        for (let n = 0; n < 1000; n += 20) {
          const some = await Promise.all(
            Array.from({ length: 20 }, (_, i) =>
              right(one.onChordPartReturn(member(n + i), 'SUCCESS', large)),
            ),
          );
          last = some.map(({ _tag }) => _tag).join();
        }
        expect(last).toContain('Dispatched');
        const length = await server.admin.multi().select(1).strlen('celery').llen('celery').exec();
        expect(length?.[2]?.[1]).toBe(1);
      }),
    60_000,
  );

  it(
    'survives links that are killed: one body each, whatever reply was lost',
    () =>
      onRedis(async ({ server, backend }) => {
        const one = backend({
          broker: server.url(1),
          // with the default step it would never wait, and be spent in a few seconds
          retryPolicy: { intervalStep: 0.02, intervalMax: 0.05, maxRetries: 500 },
        });
        const groups = Array.from({ length: 300 }, (_, i) => `g${i}`);
        await Promise.all(groups.map((group) => right(one.setChordSize(group, 3))));
        // of publishing, which Celery tries three times again
        const retry_policy = { max_retries: 500, interval_step: 0.05, interval_max: 0.05 };
        const killing = setInterval(() => void server.killClients('normal'), 3);
        try {
          for (const n of [2, 0, 1]) {
            await Promise.all(
              groups.map(async (group, i) => {
                await delay(i % 50);
                const body = { ...chord, options: { task_id: `body-${group}`, retry_policy } };
                return right(one.onChordPartReturn(member(n, group, body), 'SUCCESS', n));
              }),
            );
          }
        } finally {
          clearInterval(killing);
        }
        const bodies = (await sentTo(server)).map(({ headers }) => headers.id);
        expect(bodies.toSorted()).toEqual(groups.map((group) => `body-${group}`).toSorted());
      }),
    60_000,
  );

  it('is sent by a broker of another server, and cleaned up', () =>
    onRedis(async ({ server, backend }) => {
      const other = await startRedis();
      try {
        const one = backend({ broker: other.url(0) });
        await right(one.setChordSize('g', 1));
        expect(await right(one.onChordPartReturn(member(0), 'SUCCESS', 1))).toMatchObject({
          _tag: 'Dispatched',
        });
        expect(await sentTo(other, 0)).toHaveLength(1);
        expect(await server.admin.keys('*')).toEqual(['celery-taskset-meta-g.c']);
        await right(one.close());
      } finally {
        await other.stop();
      }
    }));

  it('goes the other way where the user may not select the database of the broker', () =>
    onRedis(
      async ({ server, backend }) => {
        const own = `redis://limited:secret@127.0.0.1:${server.port}`;
        const one = backend({ url: `${own}/0`, broker: server.url(1) });
        await right(one.setChordSize('g', 1));
        expect(await right(one.onChordPartReturn(member(0), 'SUCCESS', 1))).toMatchObject({
          _tag: 'Dispatched',
        });
        expect(await sentTo(server)).toHaveLength(1);
        expect(await server.admin.get('celery-taskset-meta-g.c')).toBe('done');
      },
      { users: ['limited on >secret ~celery-task* &celery-task* +@all -select'] },
    ));

  it('tells what older workers, a vanished surplus or a member of nobody made of it: need 4', () =>
    onRedis(async ({ server, backend }) => {
      const one = backend({ broker: server.url(1) });
      await right(one.setChordSize('g', 2));
      await right(one.addToChord('g'));
      await right(one.onChordPartReturn(member(0), 'SUCCESS', 0));
      await right(one.onChordPartReturn(member(1), 'SUCCESS', 1));
      await server.admin.del('celery-taskset-meta-g.t');
      expect(await right(one.chordState('g'))).toMatchObject({ status: 'Unclaimed', total: 2 });
      expect(await right(one.onChordPartReturn(member(2), 'SUCCESS', 2))).toMatchObject({
        _tag: 'Dispatched',
      });
      const [message] = await sentTo(server);
      expect(JSON.parse(String(message?.body))[0]).toEqual([[0, 1, 2]]);
    }));
});

describeRedis('across processes, a chord', () => {
  let scripts: Scripts;
  beforeAll(() => {
    scripts = compileScripts();
  });
  afterAll(() => scripts?.remove());

  const TWICE = Number(process.env.CHORDIS_LAST_PARTS ?? 2000);

  it(
    'whose two last parts come at once sends one body: need 7',
    () =>
      onRedis(async ({ server, backend }) => {
        const one = backend({ broker: server.url(1) });
        await Promise.all(
          Array.from({ length: TWICE }, (_, i) => right(one.setChordSize(`g${i}`, 2))),
        );
        const both = ['0', '1'].map((index) =>
          scripts.start('lastParts', server.url(), server.url(1), String(TWICE), index),
        );
        for (const { line } of both) expect(await line()).toBe('ready');
        await server.admin.rpush('go', 'one', 'two');
        const ended = await Promise.all(both.map((script) => script.ended));
        const told = ended.map(({ lines }) => JSON.parse(lines[1] ?? '{}'));
        expect(told.map(({ failed }) => failed)).toEqual([0, 0]);
        expect(told[0].sent + told[1].sent).toBe(TWICE);
        const ids = (await sentTo(server)).map(({ headers }) => headers.id);
        expect(new Set(ids).size).toBe(TWICE);
        expect(ids).toHaveLength(TWICE);
      }),
    120_000,
  );
});
