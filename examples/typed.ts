/**
 * `npm run example -- typed`: results whose types are checked, with io-ts.
 *
 * What a worker stores is `unknown` until a codec has looked at it. A value that the
 * codec refuses is an `InvalidResult`, which says where and why.
 */
import { randomUUID } from 'node:crypto';
import { type AsyncResult, RedisBackend } from 'chordis';
import * as t from 'io-ts';

const Invoice = t.type({
  number: t.string,
  lines: t.readonlyArray(t.type({ item: t.string, cents: t.Int })),
});
type Invoice = t.TypeOf<typeof Invoice>;

const total = ({ lines }: Invoice): number => lines.reduce((sum, { cents }) => sum + cents, 0);

await using backend = new RedisBackend({
  url: process.env.REDIS_URL ?? 'memory://',
  expires: 60,
});

const tell = async (result: AsyncResult<Invoice>): Promise<void> => {
  const invoice = await result.get({ timeout: 5 })();
  console.log(
    invoice._tag === 'Right'
      ? `${invoice.right.number}: ${total(invoice.right)} cents`
      : `${invoice.left._tag}: ${invoice.left.message.replace(result.id, '…')}`,
  );
};

/** Somewhere else, one worker keeps to the contract, and another does not. */
const [good, bad] = [randomUUID(), randomUUID()];
await backend.markAsDone(good, { number: '2024-17', lines: [{ item: 'tea', cents: 450 }] })();
await backend.markAsDone(bad, { number: '2024-18', lines: [{ item: 'cake', cents: '4.50' }] })();

await tell(backend.asyncResult(good, Invoice));
await tell(backend.asyncResult(bad, Invoice));
