import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectNoLeaks, expectNoSubscriptions } from './leaks.js';
import { describeRedis, type RedisServer, startRedis } from './redisServer.js';

describeRedis('leaks', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  it('a connection left open is a leak, by its name', async () => {
    const client = new Redis(server.url(), { connectionName: 'forgetful' });
    await client.ping();
    await expect(expectNoLeaks(server, { withinMilliseconds: 0 })).rejects.toThrow(/forgetful/);
    await expectNoLeaks(server, { except: ({ name }) => name === 'forgetful' });
    client.disconnect();
    await expectNoLeaks(server);
  });

  it('a channel left subscribed is a leak, even where its connection may stay', async () => {
    const client = new Redis(server.url());
    await client.subscribe('news');
    await expect(expectNoSubscriptions(server, { withinMilliseconds: 0 })).rejects.toThrow(
      /subscribed to 1 channels/,
    );
    await client.unsubscribe('news');
    await expectNoSubscriptions(server);
    client.disconnect();
    await expectNoLeaks(server);
  });

  it('connections of Celery are not leaks', async () => {
    const client = new Redis(server.celeryUrl());
    await client.subscribe('news');
    await expectNoLeaks(server);
    client.disconnect();
  });
});
