import * as E from 'fp-ts/lib/Either.js';
import { Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../src/errors/errors.js';
import { memoryStore } from '../../src/memory/memoryStore.js';
import { fromRun } from '../../src/operation/operation.js';
import { brokerConformance } from '../port/brokerConformance.js';

brokerConformance('memory', async (options) => {
  const { broker, queues, subscriber$ } = memoryStore();
  const subscriptions = new Subscription();
  return {
    broker: broker(options),
    take: async (list) => {
      const taken: Array<Buffer> = [];
      for (let next = queues.pop(list); next !== undefined; next = queues.pop(list)) {
        taken.push(next);
      }
      return taken;
    },
    bind: async (set, member) => queues.bind(set, member),
    listen: async (channel) => {
      const heard: Array<string> = [];
      await new Promise<void>((listening) => {
        subscriptions.add(
          subscriber$.subscribe((subscriber) => {
            subscriber.messages$.subscribe(({ payload }) => heard.push(String(payload)));
            subscriptions.add(subscriber.follow([channel]).subscribe({ complete: listening }));
          }),
        );
      });
      return heard;
    },
    release: async () => subscriptions.unsubscribe(),
  };
});

describe('memoryBroker', () => {
  it('is down with its store', async () => {
    const { broker, down } = memoryStore();
    const { publish } = broker();
    down(true);
    expect(await fromRun(publish([]))()).toEqual(E.left(expect.any(ConnectionError)));
    down(false);
    expect(await fromRun(publish([]))()).toEqual(E.right(undefined));
  });
});
