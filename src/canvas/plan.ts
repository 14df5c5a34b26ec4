/**
 * `Plan`: what running a signature means, as data: the messages to send, the keys to write
 * before them, and the result of it all. Celery does the same while it sends.
 *
 * @since 0.1.0
 */
import type { Either } from 'fp-ts/lib/Either.js';
import type { EncodeError, InvalidArgument } from '../errors/errors.js';
import type { Compressions } from '../serialization/compressions.js';
import type { DateTime } from '../serialization/dateTime.js';
import type { Serializer } from '../serialization/serializer.js';
import type { Message } from '../wire/message.js';
import type { GroupResultTuple, ResultTuple } from '../wire/resultTuple.js';
import type { Signature } from '../wire/signature.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** Groups and chord sizes are to be written before the first message is sent. */
export interface Plan {
  /** Of what was asked to run, with its parents; null for a chain of nothing. */
  readonly result: ResultTuple | null;
  /** In the order in which they are to be sent. */
  readonly messages: ReadonlyArray<Message>;
  readonly chordSizes: ReadonlyArray<ChordSize>;
  /** The headers that nest groups; only those are saved. */
  readonly savedGroups: ReadonlyArray<GroupResultTuple>;
}

/** How many parts the chord of a group has. */
export interface ChordSize {
  readonly groupId: string;
  readonly size: number;
}

/** What a plan depends on besides its signature. */
export interface PlanContext {
  /** By name, where a signature's `serializer` option asks for it; by null, the default. */
  readonly serializer: (name: string | null) => Either<InvalidArgument, Serializer>;
  /** By the name that a signature's `compression` option has. Default: those of Node. */
  readonly compression?: Compressions['toWrite'];
  /** A new id, for tasks, groups and deliveries. */
  readonly newId: () => string;
  readonly now: () => DateTime;
  /** Who sends it, such as `gen42@host`. */
  readonly origin: string;
  /** The queue of replies by which Celery's RPC backend would answer. */
  readonly replyTo: string;
  /** Where messages go that name no queue. */
  readonly queue: string;
  /** How many levels of arguments monitors show, 0 for all. */
  readonly reprLevels?: number | undefined;
  /** Its options with where it goes: what the sender's routes say, and its own over that. */
  readonly route?: Route;
  /** The task that runs meanwhile: the parent of every message that names none, its root the root. */
  readonly parent?: { readonly id: string; readonly rootId: string };
}

/** By a call's task, arguments and options. */
export type Route = (
  call: Pick<Signature, 'task' | 'args' | 'kwargs' | 'options'>,
) => Either<InvalidArgument, Signature['options']>;

/** By Celery's names, as in a signature's own: `task_id`, `group_id`, `queue`, `countdown`, … */
export type PlanOptions = Signature['options'];

/** What running a signature with arguments before its own means. */
export type Planner = (
  signature: Signature,
  args?: ReadonlyArray<unknown>,
  options?: PlanOptions,
) => Either<EncodeError | InvalidArgument, Plan>;
