/**
 * `unreachable.js <url>`: uses a Redis that is not there in every way, prints the tag of
 * each error, and closes.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Operation, RedisBackend } from '../../../src/index.js';

const [url = ''] = process.argv.slice(2);
const backend = new RedisBackend({ url, retryPolicy: { maxRetries: 2, intervalMax: 0.1 } });
const tag = async (operation: Operation<unknown>): Promise<string> => {
  const outcome = await operation();
  return E.isLeft(outcome) ? outcome.left._tag : 'Right';
};
// The client itself, in the hands of somebody who waits for nothing.
backend.client.ping().catch(() => {});
const tags = await Promise.all([
  tag(backend.get('key')),
  tag(backend.getTaskMeta('a')),
  tag(backend.storeResult('a', 1, 'SUCCESS')),
  tag(backend.asyncResult('a').get()),
]);
await backend.close()();
console.log(tags.join(' '));
