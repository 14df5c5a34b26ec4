import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it, vi } from 'vitest';
import { ConnectionError, EncodeError, InvalidArgument, ResponseError } from '../../src/index.js';
import { memoryStore } from '../../src/memory/memoryStore.js';
import type { Result } from '../../src/operation/run.js';
import { Producer, signature } from '../../src/producer/index.js';
import { allLeft, left, right, world } from './world.js';

const order = { idempotencyKey: 'order-7' };

describe('sending under a name', () => {
  it('sends once, whatever process sends, and gives the first one’s result', async () => {
    const store = memoryStore();
    const one = world({}, {}, undefined, store);
    const other = world({}, {}, undefined, store);
    const first = await right(one.producer.sendTask('t', [1], {}, order));
    const second = await right(other.producer.sendTask('t', [2], {}, order));
    expect(second.id).toBe(first.id);
    expect(one.taken().map(({ headers }) => headers.id)).toEqual([first.id]);
    await right(one.backend.markAsDone(first.id, 5));
    expect(await right(second.get({ timeout: 1 }))).toBe(5);
    await allLeft(store);
  });

  it('sends once where many send at the same time, and follows that one alone', async () => {
    const { producer, taken, store } = world();
    const many = await Promise.all(
      Array.from({ length: 20 }, () => right(producer.sendTask('t', [], {}, order))),
    );
    const [id] = [...new Set(many.map((result) => result.id))];
    expect(taken().map(({ headers }) => headers.id)).toEqual([id]);
    await vi.waitFor(() => expect(store.subscriptions()).toEqual([`celery-task-meta-${id}`]));
  });

  it('sends again under another name, without one, and once the window is over', async () => {
    const { producer, taken, store } = world();
    const ids = [
      await right(producer.sendTask('t', [], {}, { ...order, idempotencyWindow: 60 })),
      await right(producer.sendTask('t', [], {}, { idempotencyKey: 'order-8' })),
      await right(producer.sendTask('t')),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(store.ttl('chordis-sent-order-7')).toBe(60);
    expect(store.ttl('chordis-sent-order-8')).toBe(86_400);
    await right(world({}, {}, undefined, store).backend.delete('chordis-sent-order-7'));
    await right(producer.sendTask('t', [], {}, order));
    expect(taken()).toHaveLength(4);
  });

  it('gives the name back where nothing went out', async () => {
    const { backend, producer, store } = world({}, { retryPolicy: { maxRetries: 0 } });
    const failing = (outcome: Result<void>) =>
      new Producer({
        backend,
        broker: {
          publish: () => (settle) => {
            settle(outcome);
            return undefined;
          },
          close: () => undefined,
        },
      });
    const named = async (error: Error) => {
      const outcome = E.left(error) as Result<void>;
      await left(failing(outcome).sendTask('t', [], {}, order));
      return store.ttl('chordis-sent-order-7') > 0;
    };
    expect(await named(new ResponseError('OOM', 'LPUSH', 'q', new Error('full')))).toBe(false);
    expect(await named(new ConnectionError('here', false, new Error('refused')))).toBe(false);
    expect(await left(producer.sendTask('t', [() => 1], {}, order))).toBeInstanceOf(EncodeError);
    expect(store.ttl('chordis-sent-order-7')).toBe(-2);
    // a worker may have it
    expect(await named(new ConnectionError('here', true, new Error('cut')))).toBe(true);
    await allLeft(store);
  });

  it('gives the name back where it is aborted before it was published', async () => {
    const { backend, store } = world();
    const broker = store.broker();
    const aborting = new AbortController();
    const producer = new Producer({
      backend,
      broker: { ...broker, publish: () => () => undefined },
    });
    const sent = producer.sendTask('t', [], {}, { ...order, signal: aborting.signal })();
    aborting.abort();
    await sent;
    await vi.waitFor(() => expect(store.ttl('chordis-sent-order-7')).toBe(-2));
    await allLeft(store);
  });

  it('is for sendTask alone, and null is no name', async () => {
    const { producer, taken } = world();
    const named = { idempotencyKey: 'order-7' } as object;
    expect(await left(producer.apply(signature('t'), named))).toMatchObject({
      argument: 'idempotencyKey',
    });
    const unnamed = { idempotencyKey: null, idempotencyWindow: null } as never;
    await right(producer.sendTask('t', [], {}, unnamed));
    await right(producer.apply(signature('t'), unnamed));
    expect(taken()).toHaveLength(2);
  });

  it('is refused where the name or the window is none', async () => {
    const { producer, taken } = world();
    for (const options of [
      { idempotencyKey: '' },
      { idempotencyKey: 7 as never },
      { ...order, idempotencyWindow: 0 },
      { ...order, idempotencyWindow: 1.5 },
    ]) {
      expect(await left(producer.sendTask('t', [], {}, options))).toBeInstanceOf(InvalidArgument);
    }
    expect(taken()).toEqual([]);
  });
});
