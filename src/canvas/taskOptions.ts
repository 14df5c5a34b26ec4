/**
 * The options of a call as a user writes them: Celery's names, in camelCase.
 * Source: the parameters of `send_task` in `celery/app/base.py`.
 *
 * @since 0.1.0
 */
import { dict } from '../wire/dict.js';
import type { Signature } from '../wire/signature.js';
import type { Options } from './canvas.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * How a task is to be called. What is left out, and what is `undefined`, is as the signature,
 * the route or the producer says.
 *
 * @category model
 * @since 0.1.0
 */
export interface TaskOptions {
  /** Default: a new UUID. */
  readonly taskId?: string | undefined;
  /** The name of a queue, of `taskQueues` or any other. */
  readonly queue?: string | undefined;
  /** Together with `routingKey`: an exchange that the queues are bound to. */
  readonly exchange?: string | undefined;
  readonly routingKey?: string | undefined;
  /** 0 to 9; on Redis 0 is served first. */
  readonly priority?: number | undefined;
  /** Seconds from now on until it may start. */
  readonly countdown?: number | undefined;
  /** When it may start; a text is ISO 8601. */
  readonly eta?: Date | string | undefined;
  /** When it is too late to start: seconds from now on, or a time. */
  readonly expires?: number | Date | string | undefined;
  /** Headers of the message besides Celery's, such as `traceparent`. */
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  /** Seconds after which the worker kills it. */
  readonly timeLimit?: number | undefined;
  /** Seconds after which the task itself is told. */
  readonly softTimeLimit?: number | undefined;
  /** Called with its result. */
  readonly link?: Signature | ReadonlyArray<Signature> | undefined;
  /** Called if it fails. */
  readonly linkError?: Signature | ReadonlyArray<Signature> | undefined;
  /** No result is stored, and none is watched. */
  readonly ignoreResult?: boolean | undefined;
  /** `json`, or the name of one of the backend's `serializers`. */
  readonly serializer?: string | undefined;
  /** Of the message's body: `zlib`, `brotli`, `zstd` …, or one of the backend's `compressions`. */
  readonly compression?: string | undefined;
  /** Names the task in monitors instead of its own name. */
  readonly shadow?: string | undefined;
  /** By name, what the message and those that follow from it are stamped with. */
  readonly stamps?: Readonly<Record<string, unknown>> | undefined;
  readonly replacedTaskNesting?: number | undefined;
  readonly retries?: number | undefined;
  readonly rootId?: string | undefined;
  readonly parentId?: string | undefined;
  readonly groupId?: string | undefined;
  readonly groupIndex?: number | undefined;
  /** The queue of replies by which Celery's RPC backend would answer. */
  readonly replyTo?: string | undefined;
  /** The arguments as monitors show them; say less here where they are secret. */
  readonly argsrepr?: string | undefined;
  readonly kwargsrepr?: string | undefined;
  /** 1 lets a broker that keeps messages on disk forget it. Default 2. */
  readonly deliveryMode?: 1 | 2 | undefined;
}

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * By Celery's names.
 *
 * @internal
 */
export const celeryOptions = ({ stamps, ...others }: TaskOptions): Options => {
  const areNamed = dict.is(stamps);
  const options: Record<string, unknown> = areNamed ? { ...stamps } : {};
  // those that are none are refused with the other options
  if (stamps) options.stamped_headers = areNamed ? Object.keys(stamps) : stamps;
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) options[celeryName(name)] = value;
  }
  return options;
};

/** `softTimeLimit` is `soft_time_limit`. */
const celeryName = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
