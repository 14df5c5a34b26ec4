/**
 * `npm run example -- sse`: a task's states pushed to a page, as Server-Sent Events.
 *
 * The server is three lines; the page is one, and would be the same in a browser. In between
 * the connection breaks, and nothing is lost and nothing told twice.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RedisBackend } from 'chordis';
import { watchTask } from 'chordis/browser';
import { nodeListener, taskEvents } from 'chordis/http';

const backend = new RedisBackend({ url: process.env.REDIS_URL ?? 'memory://', expires: 60 });
const listener = nodeListener(taskEvents(backend, { authorize: () => true }));
const server = createServer(listener).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));

const { port } = server.address() as AddressInfo;
const taskId = randomUUID();
const store = (done: number) => backend.storeResult(taskId, { done }, 'PROGRESS')();

await store(1);
for await (const { status, result } of watchTask(`http://127.0.0.1:${port}/tasks?task=${taskId}`)) {
  console.log(status, JSON.stringify(result));
  if (JSON.stringify(result) === '{"done":1}') {
    console.log('The connection breaks. Meanwhile the task goes on.');
    server.closeAllConnections();
    await store(2);
    await store(3);
  } else if (status === 'PROGRESS') await backend.markAsDone(taskId, 'thumbnail.png')();
}

server.close();
server.closeAllConnections();
await backend.close()();
