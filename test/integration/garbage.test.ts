import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { lastValueFrom } from 'rxjs';
import { expect, it } from 'vitest';
import { isResultStoreError, type ResultStoreError } from '../../src/errors/errors.js';
import type { RedisBackend } from '../../src/index.js';
import { describeEachServer } from './redisServer.js';
import { keyOf, left, observe, on, right, taskIds, timed, until } from './scenario.js';

/** What each way to a task's meta fails with. */
const errorsOf = async (
  one: RedisBackend,
  id: string,
): Promise<ReadonlyArray<ResultStoreError>> => [
  await left(one.getTaskMeta(id)),
  await left(one.asyncResult(id).get()),
  await lastValueFrom(one.asyncResult(id).meta$).then(
    () => expect.fail('completed'),
    (error) => error,
  ),
  await left(one.storeResult(id, 1, 'SUCCESS')),
];

/** Fails each way at once, with what is told. */
const expectErrors = async (one: RedisBackend, id: string, told: object): Promise<void> => {
  const took = await timed(async () => {
    for (const error of await errorsOf(one, id)) expect(error).toMatchObject(told);
  });
  expect(took).toBeLessThan(1000);
};

describeEachServer('at once, and by a typed error that names the key,', (make) => {
  const onRedis = on(make);

  it('bytes that are no meta are told', () =>
    onRedis(async ({ server, backend }) => {
      const one = backend();
      for (const bytes of [
        Buffer.from([0xff, 0x00, 0x80]),
        Buffer.from('{"result": 1, "status": "SUC'),
        Buffer.from('[]'),
        Buffer.from('{}'),
        Buffer.from('\ufeff{"status": "PENDING"}'),
      ]) {
        await server.admin.set(keyOf('a'), bytes);
        await expectErrors(one, 'a', { _tag: 'DecodeError', key: keyOf('a'), bytes });
        // It is left there.
        expect(await server.admin.getBuffer(keyOf('a'))).toEqual(bytes);
      }
      await until(async () => (await server.channels()).length === 0);
    }));

  it('any bytes are a meta or told', () =>
    onRedis(async ({ server, backend }) => {
      const one = backend();
      const bytes = fc.oneof(
        fc.uint8Array().map((array) => Buffer.from(array)),
        fc.json().map((json) => Buffer.from(json)),
        fc
          .tuple(fc.constantFrom('SUCCESS', 'FAILURE', 'RETRY', 'PROGRESS'), fc.json(), fc.json())
          .map(([status, result, rest]) =>
            Buffer.from(`{"status": "${status}", "result": ${result}, "children": ${rest}}`),
          ),
      );
      await fc.assert(
        fc.asyncProperty(bytes, async (value) => {
          await server.admin.set(keyOf('a'), value);
          const outcomes = [
            await one.getTaskMeta('a')(),
            await one.storeResult('a', 1, 'SUCCESS')(),
            await one.asyncResult('a').get({ timeout: 0.5 })(),
          ];
          for (const outcome of outcomes) {
            if (E.isRight(outcome)) continue;
            expect(isResultStoreError(outcome.left)).toBe(true);
            expect(outcome.left._tag).not.toBe('UnexpectedError');
          }
        }),
        { numRuns: 200 },
      );
    }));

  it('a key of another type is told', () =>
    onRedis(async ({ server, backend }) => {
      await server.admin.lpush(keyOf('a'), 'item');
      const told = { _tag: 'ResponseError', code: 'WRONGTYPE', key: keyOf('a') };
      await expectErrors(backend(), 'a', told);
      await expectErrors(backend({ url: `${server.url()}?protocol=2` }), 'a', told);
    }));

  it.each([2, 3])('also among 999 others, which go on (RESP%s)', (protocol) =>
    onRedis(async ({ server, backend }) => {
      const watching = backend({ url: `${server.url()}?protocol=${protocol}` });
      const storing = backend();
      const ids = taskIds(1000);
      const wrong = ids[700] ?? '';
      await server.admin.lpush(keyOf(wrong), 'item');
      await right(storing.storeResult(`${ids[3]}`, 'early', 'SUCCESS'));
      const seen = new Map(ids.map((id) => [id, observe(watching.asyncResult(id).meta$)]));
      const took = await timed(async () => {
        await expect(seen.get(wrong)?.ended).rejects.toMatchObject({
          _tag: 'ResponseError',
          code: 'WRONGTYPE',
          key: keyOf(wrong),
        });
      });
      expect(took).toBeLessThan(1000);
      await until(async () => (await server.channels()).length === 998);
      const others = ids.filter((id) => id !== wrong);
      await Promise.all(others.map((id) => right(storing.storeResult(id, 'late', 'SUCCESS'))));
      await Promise.all(others.map((id) => seen.get(id)?.ended));
      const results = others.map((id) => seen.get(id)?.values.map(({ result }) => result));
      expect(results).toEqual(others.map((id) => [id === ids[3] ? 'early' : 'late']));
    }),
  );

  it('an empty task id is told', () =>
    onRedis(async ({ server, backend }) => {
      await expectErrors(backend(), '', { _tag: 'InvalidArgument', argument: 'task_id' });
      expect(await server.clients()).toEqual([]);
    }));

  it('a wrong password is told, and not tried again', () =>
    onRedis(
      async ({ server, backend, log }) => {
        const told = { _tag: 'AuthenticationError', address: `127.0.0.1:${server.port}` };
        await expectErrors(backend({ url: `redis://:wrong@127.0.0.1:${server.port}` }), 'a', told);
        await expectErrors(backend({ url: `redis://127.0.0.1:${server.port}` }), 'a', told);
        const old = `redis://:wrong@127.0.0.1:${server.port}?protocol=2`;
        await expectErrors(backend({ url: old }), 'a', told);
        expect(log).toEqual([]);
      },
      { password: 'right' },
    ));

  it('a missing rule for keys, channels or commands is told', () =>
    onRedis(
      async ({ server, backend }) => {
        const by = (user: string) => backend({ url: `redis://${user}:x@127.0.0.1:${server.port}` });
        await expectErrors(by('keyless'), 'a', { _tag: 'AclError', rule: '~celery-task-meta-*' });
        const mute = by('channelless');
        const rule = { _tag: 'AclError', rule: '&celery-task-meta-*' };
        expect(await left(mute.asyncResult('a').get())).toMatchObject(rule);
        expect(await left(mute.storeResult('a', 1, 'SUCCESS'))).toMatchObject(rule);
        const reader = by('reader');
        const evalsha = { _tag: 'AclError', rule: '+evalsha', key: keyOf('b') };
        expect(await left(reader.storeResult('b', 1, 'SUCCESS'))).toMatchObject(evalsha);
        expect(await left(by('deaf').asyncResult('b').get())).toMatchObject({
          _tag: 'AclError',
          rule: '+subscribe',
        });
      },
      {
        users: [
          'keyless on >x resetkeys &* +@all',
          'channelless on >x ~* resetchannels +@all',
          'reader on >x ~* &* +@all -eval -evalsha',
          'deaf on >x ~* &* +@all -subscribe',
        ],
      },
    ));
});
