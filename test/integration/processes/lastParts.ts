/**
 * `lastParts.js <url> <broker> <count> <index>`: returns part `<index>` of so many chords of
 * two parts, once the list `go` has an item for it, and prints how many bodies it has sent
 * and how many parts have failed.
 */
import * as E from 'fp-ts/lib/Either.js';
import { RedisBackend } from '../../../src/index.js';

const [url = '', broker = '', count = '0', index = '0'] = process.argv.slice(2);
const backend = new RedisBackend({ url, broker });
await backend.get('the pool is open')();
console.log('ready');
await backend.client.blpop('go', 30);
const outcomes = await Promise.all(
  Array.from({ length: Number(count) }, async (_, i) => {
    // some in one tick, some apart
    if (i % 3 === 0) await new Promise(setImmediate);
    return backend.onChordPartReturn(
      {
        ...{ id: `t${i}-${index}`, group: `g${i}`, groupIndex: Number(index) },
        chord: { task: 'tasks.xsum', options: { task_id: `body-${i}` } },
      },
      'SUCCESS',
      i,
    )();
  }),
);
await backend.close()();
const sent = outcomes.filter((one) => E.isRight(one) && one.right._tag === 'Dispatched');
console.log(JSON.stringify({ sent: sent.length, failed: outcomes.filter(E.isLeft).length }));
