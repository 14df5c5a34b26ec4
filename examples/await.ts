/**
 * `npm run example -- await`: one result at a time, with `await` and nothing else.
 *
 * Calling an operation runs it and resolves with an `Either`: it never rejects, so no
 * failure goes unseen. Where an exception suits better, `orThrow` below makes one of it.
 */
import { randomUUID } from 'node:crypto';
import { type Operation, RedisBackend } from 'chordis';
import { from, lastValueFrom } from 'rxjs';

await using backend = new RedisBackend({
  url: process.env.REDIS_URL ?? 'memory://',
  expires: 60,
});

const id = randomUUID();
const result = backend.asyncResult(id);

/** Somewhere else, a worker takes half a second. */
setTimeout(() => backend.markAsDone(id, { thumbnail: 'cat-64.png' })(), 500);

console.log('known to the store:', await orThrow(result.exists));

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
  await orThrow(backend.markAsFailure(other, new RangeError('too many cats')));
  await orThrow(backend.asyncResult(other).get());
} catch (error) {
  console.log('thrown:', error instanceof Error && error.message.replace(/[\da-f-]{36}/, '…'));
}

function orThrow<A>(operation: Operation<A>): Promise<A> {
  return lastValueFrom(from(operation));
}
