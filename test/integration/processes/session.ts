/**
 * `session.js <url>`: stores, reads, watches and waits; prints `watching`, waits for the
 * result of the task `last` and closes. It ends when nothing of the backend's is left open.
 * With `closing` behind, it waits no longer than half a second.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { RedisBackend } from '../../../src/index.js';

const [url = '', mode] = process.argv.slice(2);
const backend = new RedisBackend({
  url,
  healthCheckInterval: 1,
  socketTimeout: 1,
  retryPolicy: { intervalMax: 0.2, maxRetries: 100 },
  logger: { warn: () => {}, error: () => {} },
});
await backend.storeResult('first', 1, 'SUCCESS')();
backend.asyncResult('never').meta$.subscribe({ error: () => {} });
const last = backend.asyncResult('last').get()();
await backend.onTaskCall(null, 'followed')();
console.log('watching');
if (mode === 'closing') await delay(500);
else console.log(JSON.stringify(await last));
await backend.close()();
