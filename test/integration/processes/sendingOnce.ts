/**
 * `sendingOnce.js <url> <broker> <count>`: once the list `go` has an item for it, sends so many
 * tasks, each under a name of its own, and prints the ids of what it has for them.
 */
import * as E from 'fp-ts/lib/Either.js';
import { RedisBackend } from '../../../src/index.js';
import { Producer } from '../../../src/producer/index.js';

const [url = '', broker = '', count = '0'] = process.argv.slice(2);
const backend = new RedisBackend({ url });
const producer = new Producer({ backend, broker });
await backend.get('the pool is open')();
console.log('ready');
await backend.client.blpop('go', 30);
const sent = await Promise.all(
  Array.from({ length: Number(count) }, async (_, i) => {
    // some in one tick, some apart
    if (i % 3 === 0) await new Promise(setImmediate);
    const options = { idempotencyKey: `order-${i}`, ignoreResult: true };
    return producer.sendTask('t', [i], {}, options)();
  }),
);
console.log(JSON.stringify(sent.map((one) => (E.isRight(one) ? one.right.id : one.left.message))));
await producer.close()();
await backend.close()();
