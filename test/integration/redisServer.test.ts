import { Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { describeRedis, type RedisOptions, type RedisServer, startRedis } from './redisServer.js';

describeRedis('redisServer', () => {
  const servers: Array<RedisServer> = [];
  const start = async (options?: RedisOptions): Promise<RedisServer> => {
    const server = await startRedis(options);
    servers.push(server);
    return server;
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  it('each server has a port of its own, though many start at once', async () => {
    const many = await Promise.all(Array.from({ length: 10 }, () => start()));
    expect(new Set(many.map(({ port }) => port)).size).toBe(10);
  });

  it('a port that is taken is refused by name', async () => {
    const { port } = await start();
    await expect(startRedis({ port })).rejects.toThrow(/already in use/);
  });

  it('tells the clients under test from its own', async () => {
    const server = await start();
    const client = new Redis(server.url(1), { connectionName: 'mine' });
    await client.subscribe('news');
    expect(await server.clients()).toMatchObject([{ name: 'mine', user: 'default', sub: 1 }]);
    expect(await server.channels()).toEqual(['news']);
    expect(await server.numsub('news')).toBe(1);
    client.disconnect();
  });

  it('kills connections of a kind, and not the admin', async () => {
    const server = await start();
    const client = new Redis(server.url(), { retryStrategy: () => null });
    await client.subscribe('news');
    expect(await server.killClients('pubsub')).toBe(1);
    expect(await server.cli('PING')).toBe('PONG');
    client.disconnect();
  });

  it('a restart keeps the data, or not, by choice', async () => {
    const server = await start();
    await server.cli('SET', 'key', 'value');
    await server.restart({ keep: true });
    expect(await server.cli('GET', 'key')).toBe('value');
    await server.restart();
    expect(await server.cli('GET', 'key')).toBe('');
  });

  it('where it is persistent, nothing is lost by kill -9', async () => {
    const server = await start({ persistent: true });
    await server.cli('SET', 'key', 'value');
    await server.kill9();
    await server.restart({ keep: true });
    expect(await server.cli('GET', 'key')).toBe('value');
  });

  it('answers nothing while it is paused', async () => {
    const server = await start();
    const order: Array<string> = [];
    server.pause();
    const answered = server.cli('PING').then((reply) => order.push(reply));
    await new Promise((resolve) => setTimeout(resolve, 100));
    order.push('resumed');
    server.resume();
    await answered;
    expect(order).toEqual(['resumed', 'PONG']);
  });

  it('serves TLS to those who know its authority, and passwords and users to all', async () => {
    const server = await start({ tls: true, password: 'p/ä', users: ['alice on >secret ~* +get'] });
    const tls = server.certificates?.clientOptions ?? {};
    const client = new Redis(server.url(), { tls });
    const alice = new Redis({
      port: server.port,
      username: 'alice',
      password: 'secret',
      enableReadyCheck: false,
      tls,
    });
    expect(await client.set('key', 'value')).toBe('OK');
    expect(await alice.get('key')).toBe('value');
    await expect(alice.set('key', 'other')).rejects.toThrow(/NOPERM/);
    const stranger = new Redis(server.url(), { lazyConnect: true, retryStrategy: () => null });
    stranger.on('error', () => {});
    await expect(stranger.connect()).rejects.toThrow();
    client.disconnect();
    alice.disconnect();
  });

  it('listens on a Unix socket', async () => {
    const server = await start({ unixsocket: true });
    const client = new Redis(server.socketPath);
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
  });
});
