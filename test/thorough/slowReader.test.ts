import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { nodeListener, taskEvents } from '../../src/http/index.js';
import { describeRedis } from '../integration/redisServer.js';
import { keyOf, onRedis, right, taskIds, until } from '../integration/scenario.js';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** In MB. */
const used = (): number => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024 / 1024;
};

describeRedis('over HTTP,', () => {
  it('a reader of 1 KB a second of 150 tasks with 1 MB each costs a bounded memory, and gets them all', () =>
    onRedis(async ({ backend, server: redis }) => {
      const workers = backend();
      const server = createServer(
        nodeListener(taskEvents(backend(), { authorize: () => true })),
      ).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const ids = taskIds(150);
      const query = ids.map((id) => `task=${id}`).join('&');
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.write(`GET /tasks?${query} HTTP/1.1\r\nHost: x\r\n\r\n`);
      let tail = '';
      let told = 0;
      let isOver = false;
      const read = (bytes?: number): void => {
        const text = tail + String(socket.read(bytes) ?? '');
        told += text.split('"status":"SUCCESS"').length - 1;
        isOver ||= text.includes('event: end');
        tail = text.slice(-17);
      };
      const slowly = setInterval(() => read(1024), 1000);
      await until(async () => (await redis.numsub(keyOf(ids.at(-1) ?? ''))) === 1);
      const before = used();
      for (const id of ids) await right(workers.markAsDone(id, 'x'.repeat(1024 * 1024)));
      await until(async () => (await redis.channels()).length === 0, 20);
      // a third of what is stored, with the texts of what is held, and what is on its way
      expect(used() - before).toBeLessThan(50);
      clearInterval(slowly);
      await until(() => {
        read();
        return isOver;
      }, 60);
      expect(told).toBe(150);
      socket.destroy();
      server.close();
      await once(server, 'close');
    }));
});
