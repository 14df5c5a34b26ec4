/**
 * `MemoryServer`: keys, channels and the links to them, in this process.
 *
 * Commands run one at a time, in the order they were sent, each in an action of the
 * scheduler without delay; replies and messages are delivered while they run. So what
 * one link sees, replies and messages, is in the one order in which it happened.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike, Subject } from 'rxjs';
import { ConnectionError, type ResultStoreError } from '../errors/errors.js';
import type { Run } from '../operation/run.js';
import type { Message } from '../port/commands.js';
import { type Channels, channels } from './memoryChannels.js';
import { type MemoryChords, memoryChords } from './memoryChords.js';
import type { Collection } from './memoryCollections.js';
import { type MemoryCommands, memoryCommands, type Reply } from './memoryCommands.js';
import { keyspace } from './memoryKeyspace.js';
import { type MemoryQueues, memoryQueues } from './memoryQueues.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** A link that listens, by what it receives. */
export type MemoryLink = Subject<Message>;

export interface MemoryServer {
  readonly commands: MemoryCommands;
  readonly chords: MemoryChords;
  readonly channels: Channels;
  readonly queues: MemoryQueues;
  /** Those that are open. */
  readonly links: Set<MemoryLink>;
  readonly hangUp: (link: MemoryLink, reason: ResultStoreError) => void;
  /** Every link drops. */
  readonly cut: () => void;
  /** While down, links are cut and `refusal` has a reason. */
  readonly down: (isDown: boolean) => void;
  readonly refusal: () => ResultStoreError | undefined;
  /** `run` in its turn, unless `obstacle` then finds something in its way. */
  readonly request: <A>(
    obstacle: () => ResultStoreError | undefined,
    run: () => Reply<A>,
  ) => Run<A>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

const ADDRESS = 'memory://';

/** No command got through: here the way to the server has no length. */
export const unreachable = (problem: string): ConnectionError =>
  new ConnectionError(ADDRESS, false, new Error(problem));

export const memoryServer = (scheduler: SchedulerLike): MemoryServer => {
  const now = (): number => scheduler.now();
  const pubsub = channels();
  const links = new Set<MemoryLink>();
  let isDown = false;

  const hangUp: MemoryServer['hangUp'] = (link, reason) => {
    links.delete(link);
    pubsub.leaveAll(link);
    link.error(reason);
  };

  const cut = (): void => {
    for (const link of links) hangUp(link, unreachable('the link was cut'));
  };

  const values = keyspace<Buffer>(now);
  const collections = keyspace<Collection>(now);
  const queues = memoryQueues();
  const commands = memoryCommands(values, pubsub, now);

  return {
    commands: {
      ...commands,
      delete: (key) => Math.max(commands.delete(key), Number(collections.delete(key))),
      ttl: (key) => {
        const { expiresAt } = collections.get(key) ?? {};
        if (expiresAt === undefined) return commands.ttl(key);
        return Number.isFinite(expiresAt) ? Math.round((expiresAt - now()) / 1000) : -1;
      },
    },
    chords: memoryChords({ values, collections, channels: pubsub, queues, now }),
    channels: pubsub,
    queues,
    links,
    hangUp,
    cut,
    down: (down) => {
      isDown = down;
      if (down) cut();
    },
    refusal: () => (isDown ? unreachable('connection refused') : undefined),
    // A command that was sent runs, also where nobody waits for its reply any more.
    request: (obstacle, run) => (settle) => {
      let isCancelled = false;
      scheduler.schedule(() => {
        const error = obstacle();
        const reply = error === undefined ? run() : E.left(error);
        if (!isCancelled) settle(reply);
      });
      return () => {
        isCancelled = true;
      };
    },
  };
};
