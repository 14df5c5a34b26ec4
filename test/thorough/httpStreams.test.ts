import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeRedis } from '../integration/redisServer.js';
import { keyOf, onRedis, right, taskIds, until } from '../integration/scenario.js';
import { compileScripts, type Scripts } from '../integration/scripts.js';

/** So many are greeted at once. */
const AT_THE_DOOR = 200;

const inChunks = async <A>(all: ReadonlyArray<A>, each: (a: A) => Promise<unknown>) => {
  for (let i = 0; i < all.length; i += AT_THE_DOOR) {
    await Promise.all(all.slice(i, i + AT_THE_DOOR).map(each));
  }
};

interface Reader {
  readonly socket: Socket;
  readonly text: () => string;
}

/** Once it has been told when to come back, which is after its task is followed. */
const reader = async (port: number, id: string): Promise<Reader> => {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.write(`GET /?task=${id} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  while (!text.includes('retry: ')) {
    const [chunk] = await once(socket, 'data');
    text += chunk;
  }
  socket.on('data', (chunk) => {
    text += chunk;
  });
  return { socket, text: () => text };
};

describeRedis('with 10,000 streams open on one server,', () => {
  let scripts: Scripts;
  beforeAll(() => {
    scripts = compileScripts();
  });
  afterAll(() => scripts?.remove());

  it('there is one link that listens, a bounded heap, and each ready state comes once', () =>
    onRedis(async ({ server, backend }) => {
      const events = scripts.start('events', server.url());
      const port = Number(await events.line());
      const heap = async () => Number(await (await fetch(`http://127.0.0.1:${port}/heap`)).text());
      const ids = taskIds(10_000);
      const before = await heap();
      const readers = new Map<string, Reader>();
      await inChunks(ids, async (id) => readers.set(id, await reader(port, id)));
      await until(async () => (await server.channels()).length === ids.length, 30);
      const perStream = ((await heap()) - before) / ids.length;
      expect(perStream).toBeLessThan(24 * 1024);
      const listening = (await server.clients()).filter(({ sub }) => sub > 0);
      expect(listening).toHaveLength(1);

      const leaving = ids.slice(0, 1000);
      for (const id of leaving) readers.get(id)?.socket.destroy();
      await until(async () => (await server.channels()).length === ids.length - 1000, 30);
      expect(await server.numsub(keyOf(leaving[0] ?? ''))).toBe(0);

      const staying = ids.slice(1000);
      const workers = backend();
      await inChunks(staying, (id) => right(workers.markAsDone(id, id)));
      await until(() => staying.every((id) => readers.get(id)?.text().includes('event: end')), 60);
      for (const id of staying) {
        expect(readers.get(id)?.text().split('"status":"SUCCESS"')).toHaveLength(2);
      }
      await until(async () => (await server.channels()).length === 0);
      for (const { socket } of readers.values()) socket.destroy();
      events.kill9();
      await events.ended;
    }));
});
