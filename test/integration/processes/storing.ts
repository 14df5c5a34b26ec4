/**
 * `storing.js <url> <count> <prefix>`: stores that many tasks, each with its number for a
 * result, and prints how many were stored.
 */
import * as E from 'fp-ts/lib/Either.js';
import { RedisBackend } from '../../../src/index.js';

const [url = '', count = '0', prefix = ''] = process.argv.slice(2);
const backend = new RedisBackend({ url, retryPolicy: { intervalMax: 0.1, maxRetries: 300 } });
const stored = await Promise.all(
  Array.from({ length: Number(count) }, (_, i) =>
    backend.storeResult(`${prefix}-${i}`, i, 'SUCCESS')(),
  ),
);
await backend.close()();
console.log(stored.filter(E.isRight).length);
