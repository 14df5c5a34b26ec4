/**
 * `throughput.js <url> <count>`: watches and stores that many tasks through one consumer,
 * and prints what the heap holds before and after, and how many results came.
 */
import { from, lastValueFrom, mergeMap, toArray } from 'rxjs';
import { RedisBackend } from '../../../src/index.js';

const BATCH = 1000;

const [url = '', count = '0'] = process.argv.slice(2);
const watching = new RedisBackend({ url });
const storing = new RedisBackend({ url });
let number = 0;

const batch = async (): Promise<number> => {
  const ids = Array.from({ length: BATCH }, () => `throughput-${number++}`);
  const results = lastValueFrom(watching.getMany(ids).pipe(toArray()));
  await lastValueFrom(from(ids).pipe(mergeMap((id) => storing.storeResult(id, id, 'SUCCESS'))));
  return (await results).length;
};

const heap = async (): Promise<number> => {
  for (let i = 0; i < 3; i += 1) {
    await new Promise(setImmediate);
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
};

// What is made once, such as compiled code, is made here.
for (let i = 0; i < 10; i += 1) await batch();
const before = await heap();
let results = 0;
while (results < Number(count)) results += await batch();
const after = await heap();
await Promise.all([watching.close()(), storing.close()()]);
console.log(JSON.stringify({ before, after, results }));
