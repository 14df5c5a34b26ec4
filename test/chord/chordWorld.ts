/** A backend over an embedded store, with what it sends kept. */
import type { Call, RedisBackend, RedisBackendOptions, TaskRequest } from '../../src/index.js';
import { type MemoryStore, memoryStore } from '../../src/memory/memoryStore.js';
import type { Connection } from '../../src/port/commands.js';
import { Signature, signature } from '../../src/wire/signature.js';
import { right } from '../settled.js';
import { backendOver } from '../store/backendOver.js';

export { left, right } from '../settled.js';

export interface World {
  readonly store: MemoryStore;
  readonly backend: RedisBackend;
  /** What the user's function was given to send. */
  readonly calls: Array<Call>;
  readonly log: Array<string>;
}

export const world = (
  options: RedisBackendOptions = {},
  over: (store: MemoryStore) => Connection = (store) => store,
): World => {
  const store = memoryStore();
  const calls: Array<Call> = [];
  const log: Array<string> = [];
  const logger = {
    warn: (line: string) => void log.push(line),
    error: (line: string) => void log.push(line),
  };
  const backend = backendOver(over(store), {
    logger,
    broker: (call: Call) => void calls.push(call),
    ...options,
  });
  return { store, backend, calls, log };
};

export const body = Signature.encode(
  signature('tasks.total', [], { options: { task_id: 'body' } }),
);

/** A member of the header of chord `g`. */
export const member = (
  n: number,
  chord: unknown = body,
  more: Partial<TaskRequest> = {},
): TaskRequest => ({ id: `t${n}`, group: 'g', groupIndex: n, chord, ...more });

/** Sends it, before the last of its members is sent. */
export const ofSize = ({ backend }: World, size: number): Promise<void> =>
  right(backend.setChordSize('g', size));
