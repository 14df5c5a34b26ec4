import * as Rx from 'rxjs';
import { connect } from '../../src/backend/connect.js';
import { RedisBackend } from '../../src/backend/redisBackend.js';
import type { Logger, RedisBackendOptions } from '../../src/config/options.js';
import { type MemoryStore, memoryStore } from '../../src/memory/memoryStore.js';
import { msgpack } from '../../src/msgpack/msgpack.js';
import type { Operation } from '../../src/operation/operation.js';
import { fromSource } from '../../src/operation/run.js';
import type { Commands, Connection } from '../../src/port/commands.js';
import { yaml } from '../../src/yaml/yaml.js';
import { lost } from '../consumer/marbles.js';
import { recordedCompressions } from '../recordedCompressions.js';
import type { Case } from '../vectors.js';

/** A backend over a connection of the test's own. */
export const backendOver = (
  connection: Connection,
  options: RedisBackendOptions = {},
): RedisBackend => new RedisBackend({ ...connect({ ...options, url: 'memory://' }), connection });

/** An empty store on which some commands are the test's own. */
export const storeWith = (
  commands: Partial<Commands>,
  scheduler: NonNullable<RedisBackendOptions['scheduler']>,
): MemoryStore => {
  const store = memoryStore({ scheduler });
  return { ...store, commands: { ...store.commands, ...commands } };
};

/** A logger, and what it was told of errors. */
export const noted = (): { readonly logger: Logger; readonly lines: Array<string> } => {
  const lines: Array<string> = [];
  return { lines, logger: { warn: () => undefined, error: (line) => lines.push(line) } };
};

/** Fails so many times, then gives the value; and how often it was run. */
export const flaky = <A>(fails: number, value: A, error: Error = lost) => {
  const runs: Array<number> = [];
  const source = Rx.defer(() => {
    runs.push(runs.length + 1);
    return runs.length <= fails ? Rx.throwError(() => error) : Rx.of(value);
  });
  return { source, run: fromSource(source), runs };
};

/** A clock that stands, and a store that answers at once. */
export const at = (now: string): Rx.SchedulerLike => ({
  now: () => Date.parse(now),
  schedule: Rx.queueScheduler.schedule.bind(Rx.queueScheduler),
});

/** The options that a case of the vectors is recorded with. */
export const optionsOf = ({ config, now }: Case): RedisBackendOptions => {
  const {
    result_expires: expires,
    result_failure_expires: failureExpires,
    result_serializer: serializer,
    result_compression: compression,
  } = config ?? {};
  const prefix = config?.result_backend_transport_options?.global_keyprefix;
  return {
    ...(now && { scheduler: at(now) }),
    ...(expires !== undefined && { expires: secondsOf(expires) }),
    ...(failureExpires !== undefined && { failureExpires }),
    ...(compression !== undefined && { compression, compressions: recordedCompressions }),
    ...(serializer && { serializer, accept: [serializer], serializers: [yaml, msgpack] }),
    ...(prefix && { globalKeyprefix: prefix }),
  };
};

/** A number, a text of one, null, or a timedelta or float in the notation of the vectors. */
const secondsOf = (expires: { seconds?: string; repr?: string } | number | string | null) =>
  typeof expires === 'object' && expires !== null
    ? Number(expires.seconds ?? expires.repr)
    : expires;

/** What an operation ends with at once: its value, or its error. */
export const settled = <A>(operation: Operation<A>): unknown => {
  let outcome: unknown;
  operation.subscribe({
    next: (value) => {
      outcome = value;
    },
    error: (error) => {
      outcome = error;
    },
  });
  return outcome;
};
