import { deflateSync } from 'node:zlib';
import * as O from 'fp-ts/lib/Option.js';
import { expect, it } from 'vitest';
import { describeRedis } from './redisServer.js';
import { keyOf, left, metaText, observe, onRedis, right, taskIds, until } from './scenario.js';

const compressedAs = (contentType: string, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`\0celery-compressed\0${contentType}\0`), body]);

describeRedis('compressed results on a server', () => {
  it('are stored, published and read, as many at once as ever', () =>
    onRedis(async ({ server, backend }) => {
      const ids = taskIds(300);
      const [writer, reader] = [backend({ compression: 'gzip' }), backend()];
      const seen = ids.map((id) => observe(reader.resultConsumer.consumeFrom(id)));
      await until(async () => (await server.channels()).length === ids.length);
      await Promise.all(
        ids.map((id, i) => right(writer.storeResult(id, { i, text: 'x'.repeat(i) }, 'SUCCESS'))),
      );
      await Promise.all(seen.map(({ ended }) => ended));
      expect(seen.map(({ values }) => values[0]?.result)).toEqual(
        ids.map((_, i) => ({ i, text: 'x'.repeat(i) })),
      );
      const held = O.toUndefined(await right(reader.get(keyOf(ids[0] ?? ''))));
      expect(held?.subarray(0, 19).toString()).toBe('\0celery-compressed\0');
    }));

  it('are guarded: a SUCCESS is seen through its compression, in a batch too', () =>
    onRedis(async ({ backend }) => {
      const ids = taskIds(40);
      const [zipped, plain] = [backend({ compression: 'brotli' }), backend()];
      await Promise.all(
        ids.map((id, i) => right(zipped.storeResult(id, i, i % 2 ? 'SUCCESS' : 'STARTED'))),
      );
      const outcomes = await Promise.all(
        ids.map((id) => right(plain.storeResult(id, 'late', 'FAILURE'))),
      );
      expect(outcomes.map(({ _tag }) => _tag)).toEqual(
        ids.map((_, i) => (i % 2 ? 'Kept' : 'Stored')),
      );
      const again = await Promise.all(
        ids.map((id) => right(zipped.storeResult(id, 'late', 'SUCCESS'))),
      );
      expect(again.map(({ _tag }) => _tag)).toEqual(ids.map((_, i) => (i % 2 ? 'Kept' : 'Stored')));
      expect(await Promise.all(ids.map((id) => right(plain.getResult(id))))).toEqual(
        ids.map((_, i) => (i % 2 ? i : 'late')),
      );
    }));

  it('are left there where they can’t be read, and fail alone', () =>
    onRedis(async ({ backend }) => {
      const [bad = '', good = ''] = taskIds(2);
      const store = backend();
      const held = compressedAs('application/x-bz2', Buffer.from('BZh9'));
      await right(store.set(keyOf(bad), held));
      await right(
        store.set(keyOf(good), compressedAs('zlib', deflateSync(metaText(good, 'STARTED', null)))),
      );
      const [refused, stored] = await Promise.all([
        left(store.storeResult(bad, 1, 'SUCCESS')),
        right(store.storeResult(good, 1, 'SUCCESS')),
      ]);
      expect(refused).toMatchObject({ _tag: 'DecodeError', key: keyOf(bad) });
      expect(stored).toMatchObject({ _tag: 'Stored' });
      expect(await right(store.get(keyOf(bad)))).toEqual(O.some(held));
    }));

  it('expire as the others do, and a failure when failureExpires says', () =>
    onRedis(async ({ server, backend }) => {
      const [done = '', failed = '', revoked = ''] = taskIds(3);
      const store = backend({ compression: 'gzip', expires: 5000, failureExpires: 70 });
      // in one tick, so that one batch has to be parted by what its stores expire after
      await Promise.all([
        right(store.markAsDone(done, 1)),
        right(store.markAsFailure(failed, new Error('x'))),
        right(store.markAsRevoked(revoked)),
      ]);
      const ttls = [done, failed, revoked].map((id) => server.admin.ttl(keyOf(id)));
      const [first = 0, second = 0, third = 0] = await Promise.all(ttls);
      expect([first > 4990, second > 60 && second <= 70, third > 4990]).toEqual([true, true, true]);
    }));
});
