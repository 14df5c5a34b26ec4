import * as E from 'fp-ts/lib/Either.js';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AclError, ResponseError } from '../../src/errors/errors.js';
import { connectionPool } from '../../src/index.js';
import { fromRun } from '../../src/operation/operation.js';
import { settled } from '../../src/operation/run.js';
import { kombuBroker } from '../../src/redis/kombuBroker.js';
import type { KombuOptions } from '../../src/wire/kombuLayout.js';
import type { Message } from '../../src/wire/message.js';
import { expectNoLeaks } from '../integration/leaks.js';
import {
  describeEachServer,
  describeRedis,
  type RedisServer,
  startRedis,
} from '../integration/redisServer.js';
import { onRedis, right } from '../integration/scenario.js';
import { type Brokered, brokerConformance } from '../port/brokerConformance.js';

const brokered = async (server: RedisServer, options?: KombuOptions): Promise<Brokered> => {
  await server.admin.flushall();
  const pool = connectionPool({ url: server.url() });
  const broker = kombuBroker(pool, options);
  const listeners: Array<Redis> = [];
  return {
    broker,
    take: async (list) => {
      const messages = await server.admin.lrangeBuffer(list, 0, -1);
      return messages.reverse();
    },
    bind: async (set, member) => {
      await server.admin.sadd(set, member);
    },
    listen: async (channel) => {
      const heard: Array<string> = [];
      const listener = new Redis(server.url());
      listeners.push(listener);
      listener.on('message', (_, text) => heard.push(text));
      await listener.subscribe(channel);
      return heard;
    },
    release: async () => {
      for (const listener of listeners) listener.disconnect();
      await fromRun(broker.close)();
    },
  };
};

describeEachServer('on', (make) => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ make });
  });
  afterAll(async () => {
    await expectNoLeaks(server);
    await server.stop();
  });
  brokerConformance('Kombu’s layout on Redis', (options) => brokered(server, options));
});

const message = (queue: string): Message => ({
  body: Buffer.from('[]'),
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  headers: {},
  properties: {
    delivery_info: { exchange: '', routing_key: queue },
    body_encoding: 'base64',
    delivery_tag: 't',
  },
});

describeRedis('kombuBroker', () => {
  const commandsOf = async (server: RedisServer, run: () => Promise<unknown>) => {
    const before = await calls(server);
    await run();
    const after = await calls(server);
    return (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  };

  const calls = async (server: RedisServer): Promise<ReadonlyMap<string, number>> => {
    const info = await server.admin.info('commandstats');
    const lines = [...info.matchAll(/cmdstat_(\w+):calls=(\d+)/g)];
    return new Map(lines.map(([, name = '', count]) => [name, Number(count)]));
  };

  it('is one LPUSH for what is published to a queue in one tick', () =>
    onRedis(async ({ server }) => {
      const broker = kombuBroker(connectionPool({ url: server.url() }));
      await right(fromRun(broker.publish([message('q')])));
      const called = await commandsOf(server, () =>
        Promise.all(
          Array.from({ length: 60 }, () => right(fromRun(broker.publish([message('q')])))),
        ),
      );
      expect([called('lpush'), called('multi')]).toEqual([1, 0]);
      await right(fromRun(broker.close));
    }));

  it('pushes to several queues in one transaction', () =>
    onRedis(async ({ server }) => {
      const broker = kombuBroker(connectionPool({ url: server.url() }));
      const called = await commandsOf(server, () =>
        right(fromRun(broker.publish([message('q'), message('r'), message('q')]))),
      );
      expect([called('lpush'), called('multi'), called('exec')]).toEqual([2, 1, 1]);
      await right(fromRun(broker.close));
    }));

  it('fails what was refused, and nothing else of the tick', () =>
    onRedis(async ({ server }) => {
      await server.admin.set('broken', 'no list');
      const broker = kombuBroker(connectionPool({ url: server.url() }));
      const results = await Promise.all(
        ['q', 'broken', 'q'].map((queue) => fromRun(broker.publish([message(queue)]))()),
      );
      expect(results).toEqual([
        E.right(undefined),
        E.left(expect.any(ResponseError)),
        E.right(undefined),
      ]);
      expect(await server.admin.llen('q')).toBe(2);
      await right(fromRun(broker.close));
    }));

  it('tells what a user lacks', () =>
    onRedis(async ({ server }) => {
      await server.admin.call(
        'ACL',
        'SETUSER',
        'reader',
        'on',
        '>secret',
        '~*',
        '+@read',
        '+hello',
        '+select',
        '+client',
      );
      const url = server.url().replace('redis://', 'redis://reader:secret@');
      const broker = kombuBroker(connectionPool({ url }));
      const one = await fromRun(broker.publish([message('q')]))();
      expect(one).toEqual(E.left(expect.any(AclError)));
      expect(E.isLeft(one) && one.left.message).toContain('+lpush');
      const two = await fromRun(broker.publish([message('q'), message('r')]))();
      expect(two).toEqual(E.left(expect.any(AclError)));
      await right(fromRun(broker.close));
    }));

  it('tells whether what is lost may have been sent, and does not send it again', () =>
    onRedis(async ({ server, proxy }) => {
      const through = await proxy();
      const broker = kombuBroker(connectionPool({ url: through.url }));
      await right(fromRun(broker.publish([message('q')])));
      await server.admin.client('PAUSE', 500);
      const lost = fromRun(broker.publish([message('q'), message('r')]))();
      setTimeout(() => through.cut(), 100);
      expect(await lost).toEqual(
        E.left(expect.objectContaining({ _tag: 'ConnectionError', sent: true })),
      );
      await right(fromRun(broker.close));
    }));

  it('gives the commands to whom has the same Redis', () =>
    onRedis(async ({ server }) => {
      const broker = kombuBroker(connectionPool({ url: server.url(3) }));
      expect(broker.onRedis).toMatchObject({ address: `127.0.0.1:${server.port}`, db: 3 });
      const { deliveries = () => settled(E.right([])) } = broker.onRedis ?? {};
      const made = await right(fromRun(deliveries([message('q')])));
      expect(made).toMatchObject([{ command: 'LPUSH', key: 'q' }]);
      expect(await server.admin.exists('q')).toBe(0);
      await right(fromRun(broker.close));
    }));
});
