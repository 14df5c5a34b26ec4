/**
 * `npm run example -- sse`: a task's states pushed to a browser, as Server-Sent Events.
 *
 * The endpoint is `sse/taskEvents.ts`; here is a browser that goes and comes back.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RedisBackend } from 'chordis';
import { taskEvents } from './sse/taskEvents.js';

// -------------------------------------------------------------------------------------
// a browser
// -------------------------------------------------------------------------------------

/** What `new EventSource(url)` receives, until the endpoint or the reader ends it. */
async function* eventSource(url: string, lastEventId: string): AsyncGenerator<string> {
  const response = await fetch(url, { headers: { 'last-event-id': lastEventId } });
  if (response.body === null) return;
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const [rest = '', ...events] = (text + chunk).split('\n\n').reverse();
    yield* events.reverse();
    text = rest;
  }
}

/** Reads at most so many events; the id of the last one. */
const visit = async (url: string, lastEventId: string, atMost: number): Promise<string> => {
  let id = lastEventId;
  let count = 0;
  for await (const event of eventSource(url, lastEventId)) {
    id = /^id: (.*)$/m.exec(event)?.[1] ?? id;
    console.log(' ', /^data: (.*)$/m.exec(event)?.[1]);
    count += 1;
    if (count === atMost) break;
  }
  return id;
};

// -------------------------------------------------------------------------------------
// a visit, an absence, and a return
// -------------------------------------------------------------------------------------

const backend = new RedisBackend({ url: process.env.REDIS_URL ?? 'memory://', expires: 60 });
const taskId = randomUUID();
const store = (done: number) => backend.storeResult(taskId, { done }, 'PROGRESS')();

const server = createServer(taskEvents(backend)).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const { port } = server.address() as AddressInfo;
const url = `http://127.0.0.1:${port}/tasks/${taskId}`;

console.log('The browser looks, and goes:');
await store(1);
const seen = await visit(url, '', 1);

console.log('Meanwhile the task goes on. The browser comes back:');
await store(2);
await store(3);
setTimeout(() => backend.markAsDone(taskId, 'thumbnail.png')(), 200);
const last = await visit(url, seen, Number.POSITIVE_INFINITY);

console.log('It asks once more, as an EventSource does, and is told that this is all:');
console.log(' ', (await fetch(url, { headers: { 'last-event-id': last } })).status);

server.close();
server.closeAllConnections();
await backend.close()();
