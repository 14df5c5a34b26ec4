/**
 * The message that has a worker run a task: protocol 2, with all headers in Celery's
 * order. Source: `as_task_v2` in `celery/app/amqp.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { EncodeError } from '../errors/errors.js';
import type { DateTime } from '../serialization/dateTime.js';
import { refusing } from '../serialization/reason.js';
import type { Serializer } from '../serialization/serializer.js';
import type { Message } from './message.js';
import { type Limits, saferepr, safereprOfTuple } from './saferepr.js';
import { TaskBody } from './taskBody.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * One call of one task. What is left out has Celery's default.
 *
 * @category model
 * @since 0.1.0
 */
export interface TaskCall extends Partial<TaskBody> {
  /** The task's registered name. */
  readonly task: string;
  /** Unique for each call. */
  readonly id: string;
  /** Names the task in monitors instead of its own name. */
  readonly shadow?: string | null;
  /** Not before this time. */
  readonly eta?: DateTime | null;
  /** Not after this time. */
  readonly expires?: DateTime | null;
  /** Milliseconds from now to `expires`, for the broker. */
  readonly expiration?: number | undefined;
  /** The group that it is a member of. */
  readonly group?: string | null;
  /** Its place in that group, from 0. */
  readonly groupIndex?: number | null;
  /** How many times it was tried before. */
  readonly retries?: number;
  /** Seconds. */
  readonly timeLimit?: number | null;
  /** Seconds. */
  readonly softTimeLimit?: number | null;
  /** The task itself, by default. */
  readonly rootId?: string | null;
  /** The task that calls it. */
  readonly parentId?: string | null;
  /** The arguments as monitors show them; say less here where they are secret. */
  readonly argsrepr?: string | undefined;
  /** The keyword arguments as monitors show them. */
  readonly kwargsrepr?: string | undefined;
  /** How many levels of them monitors show, 0 for all. Default 3. Celery: `task_repr_maxlevels`. */
  readonly reprLevels?: number | undefined;
  /** Whether its arguments are the very list that was read, and are shown as such. */
  readonly isAsRead?: boolean | undefined;
  /** Who sends it, such as `gen42@host`. */
  readonly origin?: string;
  /** Null, for the worker to decide, as Celery has it for a task that it doesn't know. */
  readonly ignoreResult?: boolean | null;
  /** How many tasks have replaced one another, this one the last. */
  readonly replacedTaskNesting?: number;
  /** The names of the stamps. */
  readonly stampedHeaders?: ReadonlyArray<string> | null;
  /** The stamps, by their names. */
  readonly stamps?: Readonly<Record<string, unknown>>;
  /** Headers of the user's own. */
  readonly headers?: Readonly<Record<string, unknown>>;
  /** Properties of the user's own. */
  readonly properties?: Readonly<Record<string, unknown>>;
  /** The queue for replies. */
  readonly replyTo: string;
  /** Where it is, the message goes there, and `queue` is its routing key. */
  readonly exchange?: string | undefined;
  /** Where it goes; default `celery`. */
  readonly queue?: string;
  /** Whether a broker that keeps messages on disk may forget it. */
  readonly isTransient?: boolean;
  /** 0 is served first. */
  readonly priority?: number;
  /** Unique for each sending. */
  readonly deliveryTag: string;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * The message by which a task is called, protocol 2. Celery: `as_task_v2`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const taskMessage =
  (serializer: Serializer) =>
  (call: TaskCall): E.Either<EncodeError, Message> =>
    refusing(() =>
      pipe(
        serializer.encode(TaskBody.encode(bodyOf(call))),
        E.map((body) => ({
          body: typeof body === 'string' ? Buffer.from(body) : body,
          contentType: serializer.contentType,
          contentEncoding: serializer.contentEncoding,
          headers: headersOf(call),
          properties: propertiesOf(call),
        })),
      ),
    );

const bodyOf = (call: TaskCall): TaskBody => ({
  args: call.args ?? [],
  kwargs: call.kwargs ?? {},
  callbacks: call.callbacks ?? null,
  errbacks: call.errbacks ?? null,
  chain: call.chain ?? null,
  chord: call.chord ?? null,
});

const headersOf = (call: TaskCall): Message['headers'] => ({
  lang: 'py',
  task: call.task,
  id: call.id,
  shadow: call.shadow ?? null,
  eta: call.eta?.text ?? null,
  expires: call.expires?.text ?? null,
  group: call.group ?? null,
  group_index: call.groupIndex ?? null,
  retries: call.retries ?? 0,
  timelimit: [call.timeLimit ?? null, call.softTimeLimit ?? null],
  root_id: call.rootId ?? call.id,
  parent_id: call.parentId ?? null,
  argsrepr: call.argsrepr ?? argsrepr(call),
  kwargsrepr: call.kwargsrepr ?? saferepr(call.kwargs ?? {}, limitsOf(call)),
  origin: call.origin ?? 'chordis',
  ignore_result: call.ignoreResult ?? null,
  replaced_task_nesting: call.replacedTaskNesting ?? 0,
  stamped_headers: call.stampedHeaders ?? null,
  stamps: call.stamps ?? {},
  ...call.headers,
});

const propertiesOf = (call: TaskCall): Message['properties'] => ({
  correlation_id: call.id,
  reply_to: call.replyTo,
  ...call.properties,
  delivery_mode: call.isTransient ? 1 : 2,
  ...(call.expiration !== undefined && { expiration: String(call.expiration) }),
  delivery_info: { exchange: call.exchange ?? '', routing_key: call.queue ?? 'celery' },
  priority: call.priority ?? 0,
  body_encoding: 'base64',
  delivery_tag: call.deliveryTag,
});

/** In `headers`, where monitors read them. */
const limitsOf = ({ reprLevels: levels = 3 }: Pick<TaskCall, 'reprLevels'>): Limits => ({
  length: 1024,
  levels,
});

const argsrepr = (call: TaskCall): string => {
  const { args = [], isAsRead = false } = call;
  return isAsRead ? saferepr(args, limitsOf(call)) : safereprOfTuple(args, limitsOf(call));
};
