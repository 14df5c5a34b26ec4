import { firstValueFrom, lastValueFrom, map } from 'rxjs';
import { expect, it } from 'vitest';
import { fromRun } from '../../src/operation/operation.js';
import type { Link } from '../../src/redis/link.js';
import { fixed } from '../../src/redis/locator.js';
import type { SocketOptions } from '../../src/redis/socket.js';
import { describeRedis, type RedisServer } from '../integration/redisServer.js';
import { onRedis, until } from '../integration/scenario.js';
import { linkBy } from './links.js';

const linkTo = (
  { port }: Pick<RedisServer, 'port'>,
  changed: Partial<SocketOptions['config']> = {},
): Link => linkBy(fixed({ _tag: 'Tcp', host: '127.0.0.1', port, tls: null }), changed);

/** Not the client: it would be printed where a test fails. */
const ready = (link: Link): Promise<boolean> =>
  firstValueFrom(fromRun(link.ready).pipe(map((opened) => opened === link)));

describeRedis('a-link', () => {
  it('connects when first asked to, once for all who wait', () =>
    onRedis(async ({ server }) => {
      const link = linkTo(server);
      expect(await server.clients()).toEqual([]);
      expect(link.isReady).toBe(false);
      expect(await Promise.all([ready(link), ready(link)])).toEqual([true, true]);
      expect(link.isReady).toBe(true);
      expect(await server.clients()).toMatchObject([{ name: 'a-link' }]);
      link.close();
    }));

  it('that nobody waits for any more is opened all the same', () =>
    onRedis(async ({ server }) => {
      const link = linkTo(server);
      fromRun(link.ready).subscribe().unsubscribe();
      await until(() => link.isReady);
      expect(await ready(link)).toBe(true);
      link.close();
    }));

  it('that somebody else has opened is taken as it is', () =>
    onRedis(async ({ server }) => {
      const link = linkTo(server);
      await link.redis.ping();
      expect(await ready(link)).toBe(true);
      expect(await server.clients()).toHaveLength(1);
      link.close();
    }));

  it('that is lost says so, and is opened anew when it is asked for again', () =>
    onRedis(async ({ server }) => {
      const link = linkTo(server);
      await ready(link);
      const told = { _tag: 'ConnectionError', sent: true };
      const lost = expect(lastValueFrom(link.lost$)).rejects.toMatchObject(told);
      await server.killClients('normal');
      await lost;
      expect(link.isReady).toBe(false);
      expect(await server.clients()).toEqual([]);
      await ready(link);
      expect(await link.redis.ping()).toBe('PONG');
      link.close();
    }));

  it('is not ready where its database does not exist, not even for a moment', () =>
    onRedis(async ({ server }) => {
      const link = linkTo(server, { db: 99 });
      const states: Array<boolean> = [];
      for (const event of ['connect', 'ready', 'error', 'close', 'end']) {
        link.redis.on(event, () => states.push(link.isReady));
      }
      await expect(ready(link)).rejects.toMatchObject({
        _tag: 'ResponseError',
        command: 'SELECT',
        key: '99',
        message: 'SELECT 99: ERR DB index is out of range',
      });
      await expect(ready(link)).rejects.toMatchObject({ _tag: 'ResponseError' });
      expect(new Set(states)).toEqual(new Set([false]));
      link.close();
    }));

  it('that is refused was never sent anything', () =>
    onRedis(async ({ server }) => {
      await server.kill9();
      await expect(ready(linkTo(server))).rejects.toMatchObject({
        _tag: 'ConnectionError',
        sent: false,
        message: `Redis at 127.0.0.1:${server.port}: connect ECONNREFUSED 127.0.0.1:${server.port}`,
      });
      await server.restart();
    }));

  it('is given up where nobody answers in time', () =>
    onRedis(async ({ server, proxy }) => {
      const through = await proxy();
      through.silence();
      await expect(ready(linkTo(through))).rejects.toMatchObject({
        _tag: 'ConnectionError',
        sent: false,
        message: `Redis at 127.0.0.1:${through.port}: no reply to the greeting in time`,
      });
      through.resume();
      await until(async () => (await server.clients()).length === 0);
    }));

  it('is given up where the credentials do not come in time, and closed while they are awaited', () =>
    onRedis(async ({ server }) => {
      const silent = linkTo(server, { credentials: () => new Promise(() => {}) });
      await expect(ready(silent)).rejects.toMatchObject({ _tag: 'ConnectionError', sent: false });
      let answer = (): void => {};
      const slow = linkTo(server, {
        credentials: () =>
          new Promise((resolve) => {
            answer = () => resolve({ password: 'any' });
          }),
      });
      const waiting = ready(slow);
      slow.close();
      answer();
      await expect(waiting).rejects.toMatchObject({ _tag: 'Closed' });
    }));

  it('that was dropped a moment ago is opened anew, not used', () =>
    onRedis(async ({ server }) => {
      const link = linkTo(server);
      await ready(link);
      const [before] = await server.clients();
      link.reset();
      expect(link.isReady).toBe(false);
      await ready(link);
      expect(await link.redis.ping()).toBe('PONG');
      const after = await server.clients();
      expect(after).toHaveLength(1);
      expect(after[0]?.id).not.toBe(before?.id);
      link.close();
    }));

  it('that is closed while it is opened anew is not left open', () =>
    onRedis(async ({ server }) => {
      const link = linkTo(server);
      await ready(link);
      const lost = expect(lastValueFrom(link.lost$)).rejects.toThrow('connection lost');
      await server.killClients('normal');
      await lost;
      link.redis.once('connecting', () => link.close());
      await expect(ready(link)).rejects.toMatchObject({ _tag: 'Closed' });
      await until(async () => (await server.clients()).length === 0);
    }));

  it('that is closed stays closed', () =>
    onRedis(async ({ server }) => {
      const link = linkTo(server);
      await ready(link);
      link.close();
      await expect(ready(link)).rejects.toMatchObject({ _tag: 'Closed' });
    }));
});
