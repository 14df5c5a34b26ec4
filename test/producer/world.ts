/** A producer over an embedded store, with what it has sent. */
import * as E from 'fp-ts/lib/Either.js';
import { expect, vi } from 'vitest';
import type { RedisBackend, RedisBackendOptions } from '../../src/index.js';
import { type MemoryStore, memoryStore } from '../../src/memory/memoryStore.js';
import type { Connection } from '../../src/port/commands.js';
import { Producer, type ProducerOptions } from '../../src/producer/index.js';
import { decodeMessage, type Message } from '../../src/wire/message.js';
import { backendOver } from '../store/backendOver.js';

export { left, right } from '../settled.js';

export interface World {
  readonly store: MemoryStore;
  readonly backend: RedisBackend;
  readonly producer: Producer;
  /** What a list holds, the first one first; they are gone then. */
  readonly taken: (list?: string) => ReadonlyArray<Message>;
}

export const world = (
  options: Partial<ProducerOptions> = {},
  ofBackend: RedisBackendOptions = {},
  over: (store: MemoryStore) => Connection = (store) => store,
  store: MemoryStore = memoryStore(),
): World => {
  const backend = backendOver(over(store), ofBackend);
  const producer = new Producer({ broker: store.broker(), backend, ...options });
  const taken = (list = 'celery'): ReadonlyArray<Message> => {
    const messages: Array<Message> = [];
    for (let raw = store.queues.pop(list); raw !== undefined; raw = store.queues.pop(list)) {
      const message = decodeMessage(list, raw);
      if (E.isLeft(message)) throw message.left;
      messages.push(message.right);
    }
    return messages;
  };
  return { store, backend, producer, taken };
};

/** `[args, kwargs, embed]` */
export const bodyOf = (message: Message | undefined) =>
  JSON.parse(String(message?.body)) as [
    ReadonlyArray<unknown>,
    Readonly<Record<string, unknown>>,
    Readonly<Record<string, unknown>>,
  ];

/** A channel is left a little later than its last watcher leaves. */
export const allLeft = (store: MemoryStore): Promise<void> =>
  vi.waitFor(() => expect(store.subscriptions()).toEqual([]));
