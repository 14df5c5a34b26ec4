import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeRedis } from './redisServer.js';
import {
  keyOf,
  left,
  metaText,
  observe,
  onRedis,
  right,
  taskIds,
  timed,
  until,
} from './scenario.js';
import { compileScripts, type Scripts } from './scripts.js';

const MEGABYTE = 1 << 20;

describeRedis('under faults,', () => {
  let scripts: Scripts;
  beforeAll(() => {
    scripts = compileScripts();
  });
  afterAll(() => scripts?.remove());

  it('need 13: a black-holed link is found and replaced within two intervals', () =>
    onRedis(async ({ server, backend, proxy }) => {
      const through = await proxy();
      const watching = backend({ url: through.url, healthCheckInterval: 1 });
      const states = observe(watching.resultConsumer.connection$);
      const seen = observe(watching.asyncResult('a').meta$);
      await until(() => states.values.at(-1)?._tag === 'Connected');
      through.silence();
      const silent = performance.now();
      await right(backend().storeResult('a', 42, 'SUCCESS'));
      watching.resultConsumer.connection$.subscribe((state) => {
        if (state._tag === 'Resyncing') through.resume();
      });
      await seen.ended;
      expect(performance.now() - silent).toBeLessThan(2000);
      expect(seen.values).toMatchObject([{ status: 'SUCCESS', result: 42 }]);
      await until(async () => (await server.channels()).length === 0);
    }));

  it('need 16: what is stored while Redis is stopped is stored in the end, or is a Left', () =>
    onRedis(async ({ server, backend }) => {
      const patient = backend({ socketTimeout: 0.5, socketConnectTimeout: 0.5 });
      const hasty = backend({
        socketTimeout: 0.5,
        socketConnectTimeout: 0.5,
        retryPolicy: { maxRetries: 1, intervalMax: 0 },
      });
      await Promise.all([right(patient.get('x')), right(hasty.get('x'))]);
      server.pause();
      const [stored, refused] = [taskIds(100), taskIds(100)];
      const outcomes = Promise.all(stored.map((id) => patient.storeResult(id, id, 'SUCCESS')()));
      const failed = await Promise.all(
        refused.map((id) => left(hasty.storeResult(id, id, 'SUCCESS'))),
      );
      for (const error of failed) {
        expect(error).toMatchObject({
          _tag: 'RetryLimitExceeded',
          cause: { _tag: expect.stringMatching(/^(CommandTimeout|ConnectionError)$/) },
        });
      }
      server.resume();
      expect((await outcomes).filter(E.isLeft)).toEqual([]);
      const reading = backend();
      const results = await Promise.all(stored.map((id) => right(reading.getResult(id))));
      expect(results).toEqual(stored);
    }));

  it('need 19: a consumer that Redis drops for being slow still gets the ready state', () =>
    onRedis(async ({ server, backend }) => {
      const watching = backend();
      const states = observe(watching.resultConsumer.connection$);
      const seen = observe(watching.asyncResult('a').meta$);
      await until(async () => (await server.numsub(keyOf('a'))) === 1);
      const script = `
        for i = 1, 20 do
          local meta = '{"status": "' .. (i == 20 and 'SUCCESS' or 'PROGRESS') .. '", "result": "'
            .. i .. string.rep('x', ARGV[1]) .. '", "task_id": "a"}'
          redis.call('SET', KEYS[1], meta)
          redis.call('PUBLISH', KEYS[1], meta)
        end`;
      await server.admin.eval(script, 1, keyOf('a'), 9 * MEGABYTE);
      await seen.ended;
      expect(states.values).toContainEqual(
        expect.objectContaining({ _tag: 'Resyncing', attempts: 1 }),
      );
      expect(seen.values.filter(({ status }) => status === 'SUCCESS')).toHaveLength(1);
      expect(String(seen.values.at(-1)?.result).slice(0, 3)).toBe('20x');
    }));

  it('need 30: INCR whose reply is lost is not sent again', () =>
    onRedis(async ({ server, backend }) => {
      const counting = backend({ socketTimeout: 0.3 });
      await right(counting.incr('n'));
      server.pause();
      expect(await left(counting.incr('n'))).toMatchObject({ _tag: 'CommandTimeout', sent: true });
      server.resume();
      await until(async () => (await server.admin.get('n')) === '2');
      expect(await right(counting.incr('n'))).toBe(3);
    }));

  it('need 30: of many INCRs on links that break, each runs once at most', () =>
    onRedis(async ({ server, backend, proxy }) => {
      const through = await proxy();
      const counting = backend({ url: through.url, retryPolicy: { intervalMax: 0.01 } });
      const outcomes: Array<E.Either<unknown, number>> = [];
      for (let round = 0; round < 20; round += 1) {
        const counts = Array.from({ length: 50 }, () => counting.incr('n')());
        setImmediate(through.cut);
        outcomes.push(...(await Promise.all(counts)));
      }
      const counted = outcomes.filter(E.isRight).map(({ right }) => right);
      expect(new Set(counted).size).toBe(counted.length);
      const total = Number(await server.admin.get('n'));
      expect(total).toBeGreaterThanOrEqual(counted.length);
      expect(total).toBeLessThanOrEqual(1000);
      expect(outcomes.filter(E.isLeft).length).toBeGreaterThan(0);
    }));

  it('need 32: a process outlives a Redis that is not there, and logs little', () =>
    onRedis(async ({ server }) => {
      await server.kill9();
      const { code, lines, errors } = await scripts.start('unreachable', server.url()).ended;
      expect(lines).toEqual([
        'RetryLimitExceeded RetryLimitExceeded RetryLimitExceeded RetryLimitExceeded',
      ]);
      expect(errors.trim().split('\n').length).toBeLessThanOrEqual(4);
      expect(errors).toContain('Connection to Redis lost: Retry (0/2) now.');
      expect(errors).toMatch(/^Could not connect: Redis at .*: connect ECONNREFUSED/m);
      expect(code).toBe(0);
      await server.restart();
    }));

  it('need 34: a command on a link that is silent ends at its deadline', () =>
    onRedis(async ({ backend, proxy }) => {
      const through = await proxy();
      const one = backend({
        url: through.url,
        socketTimeout: 0.2,
        socketConnectTimeout: 0.2,
        retryPolicy: { maxRetries: 0 },
      });
      await right(one.get('x'));
      through.silence();
      const took = await timed(async () => {
        const errors = await Promise.all([
          left(one.get('x')),
          left(one.incr('n')),
          left(one.set('x', 'y')),
        ]);
        for (const error of errors) {
          expect(error._tag === 'RetryLimitExceeded' ? error.cause : error).toMatchObject({
            _tag: expect.stringMatching(/^(CommandTimeout|ConnectionError)$/),
          });
        }
        // Not even the next one, which finds a link that cannot be made.
        await left(one.get('x'));
      });
      expect(took).toBeLessThan(1000);
      through.resume();
    }));

  it('need 34: while Redis is down, memory is flat whatever is asked for', () =>
    onRedis(async ({ server }) => {
      await server.kill9();
      const { code, lines, errors } = await scripts.start('outage', server.url(), '8').ended;
      expect([code, errors]).toEqual([0, '']);
      const { before, after, refused, asked, lines: logged } = JSON.parse(lines[0] ?? '');
      expect(refused).toBeGreaterThanOrEqual(asked - 1000);
      expect(after).toBeLessThan(before * 1.1);
      expect(logged).toBeLessThan(100);
      await server.restart();
    }));

  it('states that come while the link is up are not told twice when it is made anew', () =>
    onRedis(async ({ server, backend }) => {
      const watching = backend();
      const states = observe(watching.resultConsumer.connection$);
      const seen = observe(watching.asyncResult('a').meta$);
      await until(async () => (await server.numsub(keyOf('a'))) === 1);
      await right(backend().storeResult('a', 10, 'PROGRESS'));
      await until(() => seen.values.length === 1);
      await server.killClients('pubsub');
      await until(() =>
        states.values
          .map(({ _tag }) => _tag)
          .join()
          .endsWith('Connected,Resyncing,Connected'),
      );
      await server.admin.publish(keyOf('a'), metaText('a', 'PROGRESS', 20));
      await right(backend().storeResult('a', 30, 'SUCCESS'));
      await seen.ended;
      expect(seen.values.map(({ result }) => result)).toEqual([10, 20, 30]);
    }));
});
