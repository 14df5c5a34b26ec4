import { connect } from '../../src/backend/connect.js';
import { RedisBackend } from '../../src/backend/redisBackend.js';
import type { Commands, Connection } from '../../src/commands/commands.js';
import { type MemoryStore, memoryStore } from '../../src/commands/memory.js';
import type { RedisBackendOptions } from '../../src/options.js';

/** A backend over a connection of the test's own. */
export const backendOver = (
  connection: Connection,
  options: RedisBackendOptions = {},
): RedisBackend => {
  const written = { ...options, url: 'memory://' };
  return new RedisBackend(written, { ...connect(written), connection });
};

/** An empty store on which some commands are the test's own. */
export const storeWith = (
  commands: Partial<Commands>,
  scheduler: NonNullable<RedisBackendOptions['scheduler']>,
): MemoryStore => {
  const store = memoryStore({ scheduler });
  return { ...store, commands: { ...store.commands, ...commands } };
};
