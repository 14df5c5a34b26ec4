/**
 * Stores that get one thing wrong each, by which the differential test shows its power. They
 * are chordis over a connection or a serializer that was tampered with.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Connected, connect } from '../../src/backend/connect.js';
import { RedisBackend, type RedisBackendOptions, type Serializer } from '../../src/index.js';
import { fromPromise, map, type Run } from '../../src/operation/run.js';
import type { Commands, StoreOutcome, Write } from '../../src/port/commands.js';
import type { Store } from './differentialSubjects.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export type Mutation = (connected: Connected) => Connected;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const tampered =
  (mutation: Mutation) =>
  (options: RedisBackendOptions): Store =>
    new RedisBackend(mutation(connect(options)));

/** How each write of a value is tampered with. */
const writing =
  (tamper: (write: Write) => Write): Mutation =>
  (connected) =>
    commanding(connected, ({ set, store }) => ({
      set: (write) => set(tamper(write)),
      store: (write, expected) => store(tamper(write), expected),
    }));

/** How the text of each value is tampered with; what is compressed is left alone. */
const spelling =
  (tamper: (text: string) => string): Mutation =>
  (connected) => {
    const encode: Serializer['encode'] = (value) =>
      E.map((encoded: string | Buffer) =>
        typeof encoded === 'string' ? tamper(encoded) : encoded,
      )(connected.serializer.encode(value));
    return { ...connected, serializer: { ...connected.serializer, encode } };
  };

const commanding = (
  connected: Connected,
  tamper: (commands: Commands) => Partial<Commands>,
): Connected => {
  const { connection } = connected;
  const commands = { ...connection.commands, ...tamper(connection.commands) };
  return { ...connected, connection: { ...connection, commands } };
};

const stored = (receivers: number): StoreOutcome => ({ _tag: 'Stored', receivers });

const silently = ({ pool }: Connected, { key, value, expires }: Write): Run<StoreOutcome> =>
  fromPromise(async () => {
    await pool?.client.setex(key, expires, value);
    return stored(0);
  });

// -------------------------------------------------------------------------------------
// instances
// -------------------------------------------------------------------------------------

/** Nothing is wrong with it. */
export const unchanged: Mutation = (connected) => connected;

export const mutations: ReadonlyArray<readonly [what: string, Mutation]> = [
  ['a separator without its space', spelling((text) => text.replaceAll('": ', '":'))],
  ['text that is not escaped', spelling((text) => text.replaceAll('\\u00e2', 'â'))],
  [
    'a float without its fraction',
    spelling((text) => text.replace(/(?<=[ [])(-?\d+)\.0\b/g, '$1')),
  ],
  [
    'members in another order',
    spelling((text) => text.replace(/("traceback": null), ("children": null)/, '$2, $1')),
  ],
  [
    'a longer time to live',
    writing(({ expires, ...write }) => ({ ...write, expires: expires && expires + 60 })),
  ],
  [
    'a time to live where there is none',
    writing((write) => ({ ...write, expires: write.expires || 86_400 })),
  ],
  [
    'another key',
    writing((write) => ({ ...write, key: write.key.replace('taskset', 'task-set') })),
  ],
  [
    'a SUCCESS that is not final',
    (connected) =>
      commanding(connected, ({ set }) => ({
        store: (write) => map(stored)(set(write)),
      })),
  ],
  [
    'a missing publish',
    (connected) =>
      commanding(connected, ({ store }) => ({
        store: (write, expected) =>
          write.expires === 0 ? store(write, expected) : silently(connected, write),
      })),
  ],
];
