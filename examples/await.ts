/**
 * `npm run example -- await`: one result at a time, with `await` and nothing else.
 *
 * Calling an operation runs it and resolves with an `Either`: it never rejects, so no
 * failure goes unseen. Where an exception suits better, `operation.toPromise` makes one of it.
 */
import { randomUUID } from 'node:crypto';
import { operation, RedisBackend } from 'chordis';

await using backend = new RedisBackend({
  url: process.env.REDIS_URL ?? 'memory://',
  expires: 60,
});

const id = randomUUID();
const result = backend.asyncResult(id);

/** Somewhere else, a worker takes half a second. */
setTimeout(() => backend.markAsDone(id, { thumbnail: 'cat-64.png' })(), 500);

console.log('known to the store:', await operation.toPromise(result.exists));

const outcome = await result.get({ timeout: 5 })();
if (outcome._tag === 'Right') {
  console.log('result:', outcome.right);
} else {
  console.log('failed:', outcome.left.message);
}

const missing = await backend.asyncResult(randomUUID()).get({ timeout: 0.2 })();
if (missing._tag === 'Left') console.log('nobody runs it:', missing.left._tag);

try {
  const other = randomUUID();
  await operation.toPromise(backend.markAsFailure(other, new RangeError('too many cats')));
  await operation.toPromise(backend.asyncResult(other).get());
} catch (error) {
  console.log('thrown:', error instanceof Error && error.message.replace(/[\da-f-]{36}/, '…'));
}
