import { constVoid } from 'fp-ts/lib/function.js';
import { Registry, type RegistryOptions, type TaskChannel } from '../../src/consumer/registry.js';
import type { ResultConsumer } from '../../src/consumer/resultConsumer.js';

/** A registry that tells nobody of what is opened. */
export const registry = (
  options: Pick<RegistryOptions, 'scheduler'> & Partial<RegistryOptions>,
): Registry => new Registry({ prefix: '', leaveAfter: 0, onOpen: constVoid, ...options });

/** Listens to a task's channel, which that opens, and notes what is heard. */
export const listening = (
  channels: Registry,
  taskId: string,
  channel: TaskChannel = channels.channel(taskId),
) => {
  const heard: Array<unknown> = [];
  const listener = {
    closed: false,
    next: (value: unknown) => heard.push(value),
    error: (error: unknown) => heard.push(error),
    complete: () => heard.push('|'),
  };
  channel.add(listener);
  return { channel, heard, leave: () => channel.remove(listener) };
};

/** How many channels a consumer has open, and how many it has still to join and to leave. */
export const held = (consumer: ResultConsumer): ReadonlyArray<number> => {
  const { channels, changes } = Reflect.get(consumer, 'registry');
  return [channels.size, changes.opened.size, changes.left.length];
};
