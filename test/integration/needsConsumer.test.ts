import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { merge, share, shareReplay } from 'rxjs';
import { expect, it } from 'vitest';
import { pythonException, type TaskMeta } from '../../src/index.js';
import { describeEachServer } from './redisServer.js';
import { keyOf, left, metaText, observe, on, right, taskIds, timed, until } from './scenario.js';

const statuses = (metas: ReadonlyArray<TaskMeta>) => metas.map(({ status }) => status);

describeEachServer('a consumer', (make) => {
  const onRedis = on(make);

  it('need 1: a result stored while the link is down is emitted exactly once', () =>
    onRedis(async ({ server, backend }) => {
      const watching = backend();
      const [id = ''] = taskIds(1);
      const seen = observe(watching.asyncResult(id).meta$);
      await until(async () => (await server.numsub(keyOf(id))) === 1);
      const value = metaText(id, 'SUCCESS', 42);
      const replies = await server.admin
        .pipeline()
        .call('CLIENT', 'KILL', 'TYPE', 'pubsub')
        .set(keyOf(id), value)
        .publish(keyOf(id), value)
        .exec();
      expect(replies?.map(([, reply]) => reply)).toEqual([1, 'OK', 0]);
      await seen.ended;
      expect(seen.values).toMatchObject([{ taskId: id, status: 'SUCCESS', result: 42 }]);
    }));

  it('need 1: so is one stored while the server cannot be reached', () =>
    onRedis(async ({ server, backend, proxy }) => {
      const through = await proxy();
      const watching = backend({ url: through.url, retryPolicy: { intervalMax: 0.1 } });
      const [id = ''] = taskIds(1);
      const seen = observe(watching.asyncResult(id).meta$);
      await until(async () => (await server.numsub(keyOf(id))) === 1);
      through.refuse();
      await right(backend().storeResult(id, 42, 'SUCCESS'));
      through.resume();
      await seen.ended;
      expect(seen.values).toMatchObject([{ status: 'SUCCESS', result: 42 }]);
    }));

  it('need 2: 10,000 tasks watched and left leave no channel behind', () =>
    onRedis(async ({ server, backend }) => {
      const watching = backend();
      const metas = taskIds(10_000).map((id) => watching.asyncResult(id).meta$);
      const seen = observe(merge(...metas));
      await until(async () => (await server.channels()).length === 10_000);
      seen.unsubscribe();
      await until(async () => (await server.channels()).length === 0);
      expect(await right(watching.get('still'))).toMatchObject({ _tag: 'None' });
    }));

  it('need 2: those left while the link is made anew are left too', () =>
    onRedis(async ({ server, backend }) => {
      const watching = backend();
      const stay = observe(watching.getMany(taskIds(1500)));
      const leave = observe(watching.getMany(taskIds(1500)));
      await until(async () => (await server.channels()).length === 3000);
      watching.resultConsumer.connection$.subscribe((state) => {
        // By then the first of the chunks is on its way.
        if (state._tag === 'Resyncing') setImmediate(leave.unsubscribe);
      });
      const connected = observe(watching.resultConsumer.connection$);
      await server.killClients('pubsub');
      await until(
        () => connected.values.at(-1)?._tag === 'Connected' && connected.values.length > 2,
      );
      await until(async () => (await server.channels()).length === 1500);
      stay.unsubscribe();
    }));

  it('need 3: 1,000 concurrent waits share a socket, and each gets its own value', () =>
    onRedis(async ({ server, backend }) => {
      const [watching, storing] = [backend({ clientName: 'watching' }), backend()];
      const ids = taskIds(1000);
      const waits = ids.map((id) => right(watching.asyncResult(id, t.string).get()));
      await until(async () => (await server.channels()).length === 1000);
      expect(
        (await server.clients()).filter(({ name }) => name.startsWith('watching')),
      ).toHaveLength(1);
      const shuffled = ids.toSorted((a, b) => a.length - b.length || b.localeCompare(a));
      await Promise.all(
        shuffled.map((id) => right(storing.storeResult(id, `of ${id}`, 'SUCCESS'))),
      );
      expect(await Promise.all(waits)).toEqual(ids.map((id) => `of ${id}`));
    }));

  it('need 9: a task that is pending can be told from one that is unknown', () =>
    onRedis(async ({ backend }) => {
      const one = backend();
      await right(one.storeResult('pending', null, 'PENDING'));
      expect(await right(one.getState('pending'))).toBe('PENDING');
      expect(await right(one.getState('unknown'))).toBe('PENDING');
      expect(await right(one.taskResultExists('pending'))).toBe(true);
      expect(await right(one.asyncResult('unknown').exists)).toBe(false);
    }));

  it('need 10: progress is emitted, and only a ready state completes', () =>
    onRedis(async ({ server, backend }) => {
      const [watching, storing] = [backend(), backend()];
      const result = watching.asyncResult('a');
      const waited = right(result.get());
      const seen = observe(result.meta$);
      await until(async () => (await server.numsub(keyOf('a'))) === 1);
      await right(storing.markAsStarted('a'));
      for (const percent of [10, 50]) await right(storing.storeResult('a', percent, 'PROGRESS'));
      await right(storing.storeResult('a', 'retry me', 'RETRY'));
      await right(storing.markAsDone('a', 'done'));
      await seen.ended;
      expect(statuses(seen.values)).toEqual([
        'STARTED',
        'PROGRESS',
        'PROGRESS',
        'RETRY',
        'SUCCESS',
      ]);
      expect(await waited).toBe('done');
    }));

  it('need 11: a stored failure is a Left at once', () =>
    onRedis(async ({ backend }) => {
      const one = backend();
      await right(
        one.markAsFailure('a', pythonException('ValueError', ['bad', 7]), { traceback: 'tb' }),
      );
      const took = await timed(async () => {
        expect(await left(backend().asyncResult('a').get())).toMatchObject({
          _tag: 'TaskFailed',
          excType: 'ValueError',
          excModule: 'builtins',
          args: ['bad', 7],
          traceback: 'tb',
        });
      });
      expect(took).toBeLessThan(500);
    }));

  it('need 14: of 10,000 tasks that finish as they are waited for, no wait hangs', () =>
    onRedis(async ({ backend }) => {
      const [watching, storing] = [backend(), backend({ maxConnections: 4 })];
      const ids = taskIds(10_000);
      const store = (i: number) => right(storing.storeResult(`${ids[i]}`, i, 'SUCCESS'));
      const outcomes = await Promise.all(
        ids.map(async (id, i) => {
          const before = i % 2 === 0 ? store(i) : undefined;
          const waited = watching.asyncResult(id).get({ timeout: 20 })();
          await (before ?? store(i));
          return waited;
        }),
      );
      expect(outcomes).toEqual(ids.map((_, i) => E.right(i)));
    }));

  it('need 21: 10,000 watchers need at most two connections besides the pool', () =>
    onRedis(async ({ server, backend }) => {
      const watching = backend({ maxConnections: 3 });
      const seen = taskIds(10_000).map((id) => observe(watching.asyncResult(id).meta$));
      await Promise.all(taskIds(100).map((id) => right(watching.getState(id))));
      await until(async () => (await server.channels()).length === 10_000);
      const clients = await server.clients();
      expect(clients.filter(({ name }) => name === 'chordis')).toHaveLength(3);
      expect(clients.length - 3).toBeLessThanOrEqual(2);
      for (const { unsubscribe } of seen) unsubscribe();
      await until(async () => (await server.channels()).length === 0);
    }));

  it('need 22: get has a deadline by default, after which no channel is subscribed', () =>
    onRedis(async ({ server, backend }) => {
      const one = backend({ resultTimeout: 0.2 });
      const waited = one.asyncResult('ignored').get()();
      await until(async () => (await server.numsub(keyOf('ignored'))) === 1);
      expect(await waited).toMatchObject(
        E.left({ _tag: 'ResultTimeout', taskId: 'ignored', seconds: 0.2 }),
      );
      await until(async () => (await server.channels()).length === 0, 0.5);
    }));

  it('need 23: from publish to next takes under 20 ms at p99', () =>
    onRedis(async ({ server, backend }) => {
      const [watching, storing] = [backend(), backend()];
      const ids = taskIds(500);
      const waits = ids.map((id) => {
        let arrived = 0;
        const seen = observe(watching.asyncResult(id).meta$);
        return {
          id,
          ended: seen.ended.then(() => (arrived = performance.now())),
          at: () => arrived,
        };
      });
      await until(async () => (await server.channels()).length === 500);
      const latencies: Array<number> = [];
      for (const { id, ended, at } of waits) {
        const published = performance.now();
        await Promise.all([right(storing.storeResult(id, id, 'SUCCESS')), ended]);
        latencies.push(at() - published);
      }
      const p99 = latencies.toSorted((a, b) => a - b)[494];
      expect(p99).toBeLessThan(20);
    }));

  it('need 36: when the last subscriber leaves, the channel is left', () =>
    onRedis(async ({ server, backend }) => {
      const { meta$ } = backend().asyncResult('a');
      const sources = [
        meta$,
        meta$.pipe(share()),
        meta$.pipe(shareReplay({ bufferSize: 1, refCount: true })),
      ];
      const subscriptions = sources.flatMap((source) => [observe(source), observe(source)]);
      await until(async () => (await server.numsub(keyOf('a'))) === 1);
      for (const { unsubscribe } of subscriptions.slice(1)) unsubscribe();
      // A round trip on the consumer's link later it would have been left.
      await right(backend().get('a'));
      expect(await server.numsub(keyOf('a'))).toBe(1);
      subscriptions[0]?.unsubscribe();
      await until(async () => (await server.numsub(keyOf('a'))) === 0);
    }));
});
