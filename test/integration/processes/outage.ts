/**
 * `outage.js <url> <waves>`: asks a Redis that is down for more than may wait, wave after
 * wave, while a task is watched; prints what the heap holds after the first wave and the
 * last, how many operations were refused for want of room, and how many lines were logged.
 */
import { setTimeout as delay } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { RedisBackend } from '../../../src/index.js';

const WAVE = 10_000;

const [url = '', waves = '0'] = process.argv.slice(2);
let lines = 0;
const line = (): void => {
  lines += 1;
};
const backend = new RedisBackend({
  url,
  maxOfflineQueue: 1000,
  retryPolicy: { maxRetries: null, intervalMax: 0.1, intervalStep: 0.1 },
  logger: { warn: line, error: line },
});
backend.asyncResult('watched').meta$.subscribe({ error: () => {} });

let refused = 0;
const wave = async (): Promise<number> => {
  for (let i = 0; i < WAVE; i += 1) {
    backend
      .storeResult(`outage-${i}`, 'x'.repeat(100), 'SUCCESS')()
      .then((outcome) => {
        if (E.isLeft(outcome) && outcome.left._tag === 'OfflineQueueFull') refused += 1;
      });
  }
  await delay(300);
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

await wave();
const before = await wave();
let after = before;
for (let i = 2; i < Number(waves); i += 1) after = await wave();
await backend.close()();
console.log(JSON.stringify({ before, after, refused, lines, asked: Number(waves) * WAVE }));
