import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { join, joinSettled, type RedisBackend } from '../../src/index.js';
import { describeEachServer } from './redisServer.js';
import { keyOf, left, observe, on, right, taskIds, until } from './scenario.js';

const resultsOf = (backend: RedisBackend, ids: ReadonlyArray<string>) =>
  ids.map((id) => backend.asyncResult(id));

const shuffled = (ids: ReadonlyArray<string>): ReadonlyArray<string> =>
  ids.toSorted(() => Math.random() - 0.5);

describeEachServer('a join', (make) => {
  const onRedis = on(make);

  it('need 17: has the values in header order, whichever order they come in', () =>
    onRedis(async ({ server, backend }) => {
      const [joining, storing] = [backend(), backend()];
      const ids = taskIds(1000);
      const joined = right(join(resultsOf(joining, ids)));
      await until(async () => (await server.channels()).length === ids.length);
      for (const id of shuffled(ids)) await right(storing.storeResult(id, `of ${id}`, 'SUCCESS'));
      expect(await joined).toEqual(ids.map((id) => `of ${id}`));
      await until(async () => (await server.channels()).length === 0);
    }));

  it('need 20: settles with every outcome in spite of a failure, in order', () =>
    onRedis(async ({ backend }) => {
      const one = backend();
      const ids = taskIds(10);
      const settled = right(joinSettled(resultsOf(one, ids)));
      for (const [i, id] of ids.entries()) {
        if (i % 3 === 0) await right(one.markAsFailure(id, new RangeError(`of ${i}`)));
        else await right(one.markAsDone(id, i));
      }
      expect((await settled).map(E.mapLeft(({ message }) => message))).toEqual(
        ids.map((id, i) =>
          i % 3 === 0 ? E.left(`Task ${id} FAILURE: ValueError('of ${i}')`) : E.right(i),
        ),
      );
    }));

  it('need 25: ends with the member that was revoked, by its name', () =>
    onRedis(async ({ server, backend }) => {
      const one = backend();
      const [a = '', b = ''] = taskIds(2);
      const failing = left(join(resultsOf(one, [a, b])));
      await until(async () => (await server.channels()).length === 2);
      await right(one.markAsRevoked(b, 'terminated'));
      expect(await failing).toMatchObject({
        _tag: 'ChordError',
        message: `Dependency ${b} raised TaskRevokedError('terminated')`,
        cause: { _tag: 'TaskFailed', taskId: b, state: 'REVOKED' },
      });
      await until(async () => (await server.channels()).length === 0);
    }));

  it('need 26: tells which members are missing where nothing comes of them', () =>
    onRedis(async ({ backend }) => {
      const one = backend();
      const [a = '', b = '', c = ''] = taskIds(3);
      const stalls: Array<ReadonlyArray<string>> = [];
      const joined = right(
        join(resultsOf(one, [a, b, c]), {
          stalledAfter: 0.2,
          onStalled: (ids) => stalls.push(ids),
        }),
      );
      await right(one.markAsDone(b, 2));
      await until(() => stalls.length === 1);
      for (const id of [a, c]) await right(one.markAsDone(id, 1));
      expect(await joined).toEqual([1, 2, 1]);
      expect(stalls).toEqual([[a, c]]);
    }));

  it('need 1: takes what was stored while the link was cut, once', () =>
    onRedis(async ({ server, backend }) => {
      const [joining, storing] = [backend(), backend()];
      const ids = taskIds(200);
      const joined = right(join(resultsOf(joining, ids)));
      await until(async () => (await server.channels()).length === ids.length);
      await Promise.all([
        ...shuffled(ids).map((id) => right(storing.storeResult(id, id, 'SUCCESS'))),
        server.killClients('pubsub'),
      ]);
      expect(await joined).toEqual(ids);
    }));

  it('need 2: of 10,000 leaves no channel behind, however it ends', () =>
    onRedis(async ({ server, backend }) => {
      const [joining, storing] = [backend(), backend()];
      const ids = taskIds(10_000);
      const watched = until.bind(null, async () => (await server.channels()).length === 10_000);
      const empty = until.bind(null, async () => (await server.channels()).length === 0);
      const results = resultsOf(joining, ids);

      const leaving = observe(join(results));
      await watched();
      leaving.unsubscribe();
      await empty();

      const aborting = new AbortController();
      const aborted = left(join(results, { signal: aborting.signal }));
      await watched();
      aborting.abort();
      expect(await aborted).toMatchObject({ _tag: 'Aborted' });
      await empty();

      const late = left(join(results, { timeout: 1.5 }));
      await watched();
      expect(await late).toMatchObject({ _tag: 'ResultTimeout', taskId: ids[0] });
      await empty();

      const failing = left(join(results));
      await watched();
      await right(storing.markAsFailure(ids[5000] ?? '', new Error('no')));
      expect(await failing).toMatchObject({ _tag: 'ChordError' });
      await empty();
    }));

  it('need 21: of 10,000 costs one batch of subscriptions, and two connections', () =>
    onRedis(async ({ server, backend }) => {
      const one = backend();
      await right(one.get('warm'));
      const ids = taskIds(10_000);
      await server.admin.config('RESETSTAT');
      const joined = observe(join(resultsOf(one, ids)));
      await until(async () => (await server.channels()).length === ids.length);
      const stats = await server.admin.info('commandstats');
      const calls = Number(/cmdstat_subscribe:calls=(\d+)/.exec(stats)?.[1]);
      expect(calls).toBeLessThanOrEqual(30);
      expect(await server.clients()).toHaveLength(2);
      joined.unsubscribe();
      await until(async () => (await server.channels()).length === 0);
    }));

  it('with a timeout of 0 reads what is there, and watches nothing', () =>
    onRedis(async ({ server, backend }) => {
      const one = backend();
      const ids = taskIds(3);
      for (const id of ids) await right(one.markAsDone(id, id));
      expect(await right(join(resultsOf(one, ids), { timeout: 0 }))).toEqual(ids);
      const [other = ''] = taskIds(1);
      expect(await left(join(resultsOf(one, [...ids, other]), { timeout: 0 }))).toMatchObject({
        _tag: 'ResultTimeout',
        taskId: other,
      });
      expect(await server.numsub(keyOf(other))).toBe(0);
    }));
});
