import { firstValueFrom, lastValueFrom } from 'rxjs';
import { expect, it } from 'vitest';
import type { Tcp } from '../../src/connection/address.js';
import { Link } from '../../src/connection/link.js';
import { describeRedis, type RedisServer } from '../integration/redisServer.js';
import { onRedis, until } from '../integration/scenario.js';

const parametersOf = (server: Pick<RedisServer, 'port'>, changed: Partial<Tcp> = {}): Tcp => ({
  _tag: 'Tcp',
  host: '127.0.0.1',
  port: server.port,
  db: 0,
  username: null,
  password: null,
  tls: null,
  query: {},
  settings: {
    maxConnections: 1,
    socketTimeout: 1,
    socketConnectTimeout: 1,
    socketKeepalive: true,
    healthCheckInterval: 0,
    clientName: 'a link',
  },
  ...changed,
});

const linkTo = (server: Pick<RedisServer, 'port'>, changed?: Partial<Tcp>): Link =>
  new Link({ parameters: parametersOf(server, changed), credentials: null });

const ready = (link: Link) => firstValueFrom(link.ready$);

describeRedis('a link', () => {
  it('connects when first asked to, once for all who wait', () =>
    onRedis(async ({ server }) => {
      const link = linkTo(server);
      expect(await server.clients()).toEqual([]);
      expect(link.isReady).toBe(false);
      const clients = await Promise.all([ready(link), ready(link), ready(link)]);
      expect(new Set(clients)).toEqual(new Set([link.redis]));
      expect(link.isReady).toBe(true);
      expect(await server.clients()).toMatchObject([{ name: 'a link' }]);
      link.close();
    }));

  it('that nobody waits for any more is opened all the same', () =>
    onRedis(async ({ server }) => {
      const link = linkTo(server);
      link.ready$.subscribe().unsubscribe();
      await until(() => link.isReady);
      expect(await ready(link)).toBe(link.redis);
      link.close();
    }));

  it('that somebody else has opened is taken as it is', () =>
    onRedis(async ({ server }) => {
      const link = linkTo(server);
      await link.redis.ping();
      expect(await ready(link)).toBe(link.redis);
      expect(await server.clients()).toHaveLength(1);
      link.close();
    }));

  it('that is lost says so, and is opened anew when it is asked for again', () =>
    onRedis(async ({ server }) => {
      const link = linkTo(server);
      await ready(link);
      const lost = lastValueFrom(link.lost$);
      await server.killClients('normal');
      await expect(lost).rejects.toMatchObject({ _tag: 'ConnectionError', sent: true });
      expect(link.isReady).toBe(false);
      expect(await server.clients()).toEqual([]);
      await (await ready(link)).ping();
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
        message: `Redis at 127.0.0.1:${through.port}: connect timed out`,
      });
      through.resume();
      expect(await server.clients()).toEqual([]);
    }));

  it('is given up where the credentials do not come in time, and closed while they are awaited', () =>
    onRedis(async ({ server }) => {
      const parameters = parametersOf(server);
      const silent = new Link({ parameters, credentials: () => new Promise(() => {}) });
      await expect(ready(silent)).rejects.toMatchObject({ _tag: 'ConnectionError', sent: false });
      let answer = (): void => {};
      const slow = new Link({
        parameters,
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

  it('that is closed stays closed', () =>
    onRedis(async ({ server }) => {
      const link = linkTo(server);
      await ready(link);
      link.close();
      await expect(ready(link)).rejects.toMatchObject({ _tag: 'Closed' });
    }));
});
