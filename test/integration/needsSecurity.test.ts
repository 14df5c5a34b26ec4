import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { RedisBackend } from '../../src/index.js';
import { groupResultTuple } from '../../src/wire/index.js';
import { describeRedis, type RedisServer } from './redisServer.js';
import { keyOf, left, observe, onRedis, right, taskIds, until } from './scenario.js';

const PREFIXES = ['celery-task-meta-', 'celery-taskset-meta-', 'chord-unlock-'];

/** The least that a user needs; SET is for results that never expire, SELECT for databases but 0. */
const NEEDED = [
  ...PREFIXES.flatMap((prefix) => [`~${prefix}*`, `&${prefix}*`]),
  ...['+get', '+mget', '+set', '+setex', '+del', '+incr', '+expire', '+publish'],
  ...['+subscribe', '+eval', '+evalsha', '+select'],
];

/**
 * Without these nothing fails: keys that may not be looked at together are read one by one, a
 * PING that is refused is a sign of life too, a channel that may not be left is heard on, and
 * a connection has no name.
 */
const WANTED = ['+exists', '+getrange', '+ping', '+unsubscribe', '+client|setname'];

const user = (name: string, rules: ReadonlyArray<string>): string =>
  `${name} on >x resetchannels -@all ${rules.join(' ')}`;

const urlOf = (server: RedisServer, name: string): string =>
  `redis://${name}:x@127.0.0.1:${server.port}/1`;

/** Everything that a backend does; rejects with the first error. */
const useAll = async (one: RedisBackend): Promise<void> => {
  await right(one.set('chord-unlock-g.s', '2'));
  await right(one.set('chord-unlock-g.t', '0'));
  await right(one.incr('chord-unlock-g.t'));
  await right(one.expire('chord-unlock-g.t', 60));
  await right(one.mget(['chord-unlock-g.s', 'chord-unlock-g.t']));
  await right(one.saveGroup('g', groupResultTuple('g', [])));
  await right(one.restoreGroup('g'));
  await right(one.deleteGroup('g'));
  const watched = Promise.all(['a', 'b'].map((id) => right(one.asyncResult(id).get())));
  await Promise.race([delay(200), watched]);
  await right(one.markAsStarted('a'));
  await Promise.all(['a', 'b'].map((id) => right(one.storeResult(id, id, 'SUCCESS'))));
  expect(await watched).toEqual(['a', 'b']);
  expect(await right(one.getResult('a'))).toBe('a');
  await right(one.onTaskCall(null, 'c'));
  await right(one.forget('c'));
};

/** Counts of AUTH and of HELLO, which carries it when connecting. */
const authentications = async (server: RedisServer): Promise<number> => {
  const stats = await server.admin.info('commandstats');
  return ['auth', 'hello']
    .map((name) => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0))
    .reduce((sum, calls) => sum + calls, 0);
};

describeRedis('access control', () => {
  it('with the rules that the store needs, nothing is refused', () =>
    onRedis(
      async ({ server, backend }) => {
        for (const expires of [60, 0]) {
          await useAll(backend({ url: urlOf(server, 'app'), expires, healthCheckInterval: 0.05 }));
          await server.admin.flushall();
        }
        expect((await server.clients()).map(({ fields }) => fields.db)).toContain('1');
        await until(async () => (await server.channels()).length === 0);
        expect(await server.cli('ACL', 'LOG')).toBe('');
      },
      { users: [user('app', [...NEEDED, ...WANTED])] },
    ));

  it('none of what is needed can be left out; need 31: what is missing is told by name, at once', () =>
    onRedis(
      async ({ server, backend }) => {
        for (const [i, rule] of NEEDED.entries()) {
          const one = backend({
            url: urlOf(server, `without-${i}`),
            expires: rule === '+set' ? 0 : 60,
            healthCheckInterval: 0.05,
          });
          await server.admin.flushall();
          await server.admin.script('FLUSH');
          await expect(useAll(one), rule).rejects.toMatchObject({
            _tag: 'AclError',
            rule: expect.stringContaining(rule),
          });
        }
      },
      {
        users: NEEDED.map((rule, i) =>
          user(
            `without-${i}`,
            NEEDED.filter((other) => other !== rule),
          ),
        ),
      },
    ));

  it('without what is only wanted, all goes well too', () =>
    onRedis(
      async ({ server, backend }) => {
        await useAll(backend({ url: urlOf(server, 'app') }));
      },
      { users: [user('app', NEEDED)] },
    ));

  it('need 33: a provider is asked at each connect', () =>
    onRedis(
      async ({ server, backend }) => {
        let password = 'first';
        let asked = 0;
        const one = backend({
          url: server.url(),
          credentials: async () => {
            asked += 1;
            return { username: 'app', password };
          },
        });
        await right(one.set('a', '1'));
        const seen = observe(one.asyncResult('b').meta$);
        await until(async () => (await server.numsub(keyOf('b'))) === 1);
        expect(asked).toBe(2);
        password = 'second';
        await server.cli('ACL', 'SETUSER', 'app', 'resetpass', '>second');
        await Promise.all([server.killClients('normal'), server.killClients('pubsub')]);
        await right(one.storeResult('b', 1, 'SUCCESS'));
        await seen.ended;
        expect((await server.clients()).every((client) => client.user === 'app')).toBe(true);
        expect(asked).toBe(4);
      },
      { users: ['app on >first ~* &* +@all'] },
    ));

  it('need 33: a link authenticates again before its credentials run out', () =>
    onRedis(
      async ({ server, backend }) => {
        let password = 'first';
        const one = backend({
          url: server.url(),
          credentials: async () => ({ username: 'app', password, validFor: 0.5 }),
        });
        await right(one.set('a', '1'));
        const [before] = await server.clients();
        password = 'second';
        await server.cli('ACL', 'SETUSER', 'app', 'resetpass', '>second');
        const count = await authentications(server);
        await until(async () => (await authentications(server)) >= count + 2);
        await right(one.set('a', '2'));
        expect(await server.clients()).toMatchObject([{ id: before?.id, user: 'app' }]);
      },
      { users: ['app on >first ~* &* +@all'] },
    ));

  it('need 33: where they are refused until they run out, the link is dropped and the refusal told', () =>
    onRedis(
      async ({ server, backend, log }) => {
        const one = backend({
          url: server.url(),
          credentials: async () => ({ username: 'app', password: 'first', validFor: 0.3 }),
          retryPolicy: { maxRetries: 1 },
        });
        await right(one.set('a', '1'));
        await server.cli('ACL', 'SETUSER', 'app', 'resetpass', '>second');
        await until(async () => (await server.clients()).length === 0);
        expect(await left(one.get('a'))).toMatchObject({
          _tag: 'RetryLimitExceeded',
          cause: { _tag: 'AuthenticationError', provided: true },
        });
        expect(log).toEqual([
          expect.stringContaining('refused the credentials'),
          expect.stringContaining('Retry (0/1)'),
        ]);
      },
      { users: ['app on >first ~* &* +@all'] },
    ));

  it('a provider that fails is told as such', () =>
    onRedis(async ({ server, backend }) => {
      const one = backend({
        url: server.url(),
        credentials: () => Promise.reject(new Error('token service is down')),
        retryPolicy: { maxRetries: 1 },
      });
      expect(await left(one.get('a'))).toMatchObject({
        _tag: 'RetryLimitExceeded',
        message: expect.stringContaining('token service is down'),
        cause: { _tag: 'ConnectionError', sent: false },
      });
    }));

  it('a key that is refused, or of another type, fails its own store and none of its tick', () =>
    onRedis(
      async ({ server, backend }) => {
        const one = backend({ url: urlOf(server, 'app') });
        await server.admin.select(1);
        await server.admin.lpush(keyOf('mine-list'), '1');
        const ids = ['mine-1', 'other', 'mine-list', ...taskIds(300).map((id) => `mine-${id}`)];
        const stored = await Promise.all(ids.map((id) => one.storeResult(id, id, 'SUCCESS')()));
        const told = stored.map((e) => (e._tag === 'Left' ? String(e.left) : e.right._tag));
        const [first, other, list, ...rest] = told;
        expect(first).toBe('Stored');
        expect(other).toMatch(/^AclError: SET celery-task-meta-other: .* ~celery-task-meta-\*/);
        expect(list).toMatch(/^ResponseError: SET celery-task-meta-mine-list: WRONGTYPE/);
        expect(new Set(rest)).toEqual(new Set(['Stored']));
      },
      { users: [`app on >x resetchannels +@all &* ~celery-task-meta-mine*`] },
    ));
});
