/**
 * `events.js <url>`: tells the states of any task over HTTP, at the port that it prints; at
 * `/heap` what its heap holds.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nodeListener, taskEvents } from '../../../src/http/index.js';
import { RedisBackend } from '../../../src/index.js';

const [url = ''] = process.argv.slice(2);
const backend = new RedisBackend({ url });
const listener = nodeListener(taskEvents(backend, { authorize: () => true }));

const heap = async (): Promise<number> => {
  for (let i = 0; i < 3; i += 1) {
    await new Promise(setImmediate);
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
};

const server = createServer(async (request, response) => {
  if (request.url === '/heap') response.end(String(await heap()));
  else listener(request, response);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
console.log((server.address() as AddressInfo).port);
