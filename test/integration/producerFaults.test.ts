/**
 * What becomes of sends where the broker is away, comes back, refuses or is let go of.
 */
import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import {
  Aborted,
  AuthenticationError,
  EncodeError,
  InvalidArgument,
  RetryLimitExceeded,
} from '../../src/index.js';
import { chord, group, Producer, signature } from '../../src/producer/index.js';
import { expectNoSubscriptions } from './leaks.js';
import { describeRedis } from './redisServer.js';
import { onRedis, right } from './scenario.js';
import { idOf, immediateWorker, tenThousand, withBroker } from './sendingWorld.js';

describeRedis('sending', () => {
  it('10,000 tasks at once to a worker that answers at once: each result arrives', () =>
    onRedis(async ({ server, backend: newBackend }) => {
      const backend = newBackend();
      const producer = new Producer({ backend, broker: server.url(0) });
      const worker = immediateWorker(server, newBackend());
      const results = await Promise.all(tenThousand.map((i) => right(producer.sendTask('t', [i]))));
      const values = await Promise.all(results.map((result) => right(result.get({ timeout: 20 }))));
      expect(values).toEqual(results.map(({ id }) => `done ${id}`));
      await expectNoSubscriptions(server);
      await worker.stop();
      await right(producer.close());
    }));

  it('fails where the broker is down, and leaves no stream and no key', () =>
    withBroker(
      async ({ store, broker, producer }) => {
        await broker.kill9();
        const one = await producer.sendTask('t')();
        const many = await producer.apply(
          chord([signature('t'), signature('t')], signature('b')),
        )();
        for (const result of [one, many]) {
          expect(result).toMatchObject(E.left(expect.any(RetryLimitExceeded)));
        }
        await expectNoSubscriptions(store);
        expect(await store.cli('DBSIZE')).toBe('0');
      },
      { maxRetries: 1, intervalMax: 0 },
    ));

  it.each([
    [
      'an argument has no form',
      (producer: Producer) => [
        producer.sendTask('t', [{ of: [() => 0] }]),
        producer.apply(chord([signature('t'), signature('t', [Symbol('s')])], signature('b'))),
        producer.apply(group([signature('t'), signature('t', [], { k: () => 0 })])),
      ],
      EncodeError,
      /\$\[[01]\](\[0\]|\.k)/,
    ],
    [
      'no queue takes the message',
      (producer: Producer) => {
        const nowhere = { exchange: 'media', routingKey: 'video' };
        return [
          producer.sendTask('t', [], {}, nowhere),
          producer.apply(chord([signature('t')], signature('b')), nowhere),
          producer.apply(group([signature('t'), signature('u', [], {}, nowhere)])),
        ];
      },
      InvalidArgument,
      /^exchange 'media' has no queue for the routing key 'video'\.$/,
    ],
  ])('fails at its place where %s, and leaves no stream and no key', (_, send, type, message) =>
    withBroker(
      async ({ store, broker, producer }) => {
        for (const operation of send(producer)) {
          const refused = await operation();
          expect(refused).toMatchObject(E.left(expect.any(type)));
          if (E.isLeft(refused)) expect(refused.left.message).toMatch(message);
        }
        await expectNoSubscriptions(store);
        expect(await store.cli('DBSIZE')).toBe('0');
        expect(await broker.cli('DBSIZE')).toBe('0');
      },
      { maxRetries: 1 },
    ),
  );

  it('is refused for good where the credentials are wrong', () =>
    onRedis(async ({ server, backend: newBackend }) => {
      const backend = newBackend();
      const url = server.url(0).replace('://', '://nobody:wrong@');
      const producer = new Producer({ backend, broker: url });
      const refused = await producer.sendTask('t')();
      expect(refused).toMatchObject(E.left(expect.any(AuthenticationError)));
      expect(JSON.stringify(refused)).not.toContain('wrong');
      const many = await producer.apply(chord([signature('t')], signature('b')))();
      expect(many).toMatchObject(E.left(expect.any(AuthenticationError)));
      await expectNoSubscriptions(server);
      expect(await server.cli('DBSIZE')).toBe('0');
      await right(producer.close());
    }));

  it('ends by its signal half way, and is out once at the most', () =>
    withBroker(
      async ({ store, broker, producer }) => {
        broker.pause();
        const sent = producer.sendTask('t', [], {}, { signal: AbortSignal.timeout(200) })();
        expect(await sent).toMatchObject(E.left(expect.any(Aborted)));
        await expectNoSubscriptions(store);
        broker.resume();
        await right(producer.sendTask('t', [], {}, { taskId: 'next', ignoreResult: true }));
        const [next, ...before] = (await broker.admin.lrange('celery', 0, -1)).map(idOf);
        expect(next).toBe('next');
        expect(before.length).toBeLessThan(2);
        expect(await store.cli('DBSIZE')).toBe('0');
      },
      { maxRetries: 3 },
    ));
});
