/** A server of states in a process of its own; its port is the first line that it prints. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RedisBackend } from 'chordis';
import { nodeListener, taskEvents } from 'chordis/http';

const [url = ''] = process.argv.slice(2);
const backend = new RedisBackend({ url });
const listener = nodeListener(taskEvents(backend, { authorize: () => true }));
const server = createServer(listener).listen(0, '127.0.0.1', () =>
  console.log((server.address() as AddressInfo).port),
);
