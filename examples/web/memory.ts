/** Where there is no Redis: a broker inside this process, and the queue that its worker reads. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Broker } from 'chordis';
import { encodeMessage, type Message } from 'chordis/wire';
import * as E from 'fp-ts/lib/Either.js';
import type { Delivery, Queue } from '../worker/queue.js';

export interface MemoryQueue extends Queue {
  readonly broker: Broker;
}

/** How long a worker waits for a message, in milliseconds. */
const PAUSE = 50;

export const memoryQueue = (): MemoryQueue => {
  const waiting: Array<Delivery> = [];
  const push = (message: Message): void => {
    const bytes = encodeMessage(message);
    if (E.isRight(bytes))
      waiting.push({ tag: message.properties.delivery_tag, bytes: Buffer.from(bytes.right) });
  };
  const nothing = async (): Promise<void> => {};
  return {
    broker: {
      publish: (messages) => (settle) => {
        messages.forEach(push);
        settle(E.right(undefined));
        return undefined;
      },
      close: (settle) => {
        settle(E.right(undefined));
        return undefined;
      },
    },
    take: async () => waiting.shift() ?? (await delay(PAUSE, null)),
    replace: async (_, message) => push(message),
    ...{ acknowledge: nothing, restoreOverdue: nothing, close: nothing },
  };
};
