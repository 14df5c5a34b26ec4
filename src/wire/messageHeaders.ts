/**
 * The headers of a message by their names on the wire. Those that Celery gives a task are
 * known; any others may be there too. Source: `as_task_v2` in `celery/app/amqp.py`.
 *
 * @since 0.1.0
 */
import * as t from 'io-ts';
import { Uuid } from '../serialization/values.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Headers of a task's message, protocol 2, and whatever else a message has. An id may be one
 * of Python's class UUID.
 *
 * @category model
 * @since 0.1.0
 */
export interface MessageHeaders extends Readonly<Record<string, unknown>> {
  /** The language of the task, `py`. */
  readonly lang?: string;
  /** The task's registered name. */
  readonly task?: string;
  /** The id of the call. */
  readonly id?: string | Uuid;
  /** What monitors are to show instead of the name. */
  readonly shadow?: string | null;
  /** Not before this time, in ISO 8601. */
  readonly eta?: string | null;
  /** Not after this time, in ISO 8601; seconds since 1970 in a message of a worker's control. */
  readonly expires?: string | number | null;
  /** The group that the task is a member of. */
  readonly group?: string | Uuid | null;
  /** Its place in that group. */
  readonly group_index?: number | null;
  /** How many times it was tried before. */
  readonly retries?: number;
  /** The hard and the soft limit of its time, in seconds. */
  readonly timelimit?: readonly [number | null, number | null];
  /** The first task of the canvas that it is part of. */
  readonly root_id?: string | Uuid | null;
  /** The task that called it. */
  readonly parent_id?: string | Uuid | null;
  /** Its arguments, as monitors show them. */
  readonly argsrepr?: string;
  /** Its keyword arguments, as monitors show them. */
  readonly kwargsrepr?: string;
  /** Who sent it. */
  readonly origin?: string;
  /** Whether nothing is to be stored of its result; null, where the worker decides. */
  readonly ignore_result?: boolean | null;
  /** How many tasks have replaced one another, this one the last. */
  readonly replaced_task_nesting?: number;
  /** The names of the stamps. */
  readonly stamped_headers?: ReadonlyArray<string> | null;
  /** The stamps. */
  readonly stamps?: Readonly<Record<string, unknown>> | null;
  /** What the body is compressed by. */
  readonly compression?: string;
}

// -------------------------------------------------------------------------------------
// codecs
// -------------------------------------------------------------------------------------

const Id = t.union([
  t.string,
  new t.Type<Uuid>(
    'Uuid',
    (u): u is Uuid => u instanceof Uuid,
    (u, context) => (u instanceof Uuid ? t.success(u) : t.failure(u, context)),
    t.identity,
  ),
]);

const orNull = <A>(type: t.Type<A>) => t.union([type, t.null]);

/**
 * @internal
 */
export const MessageHeaders = t.intersection([
  t.UnknownRecord,
  t.partial({
    lang: t.string,
    task: t.string,
    id: Id,
    shadow: orNull(t.string),
    eta: orNull(t.string),
    expires: t.union([t.string, t.number, t.null]),
    group: orNull(Id),
    group_index: orNull(t.number),
    retries: t.number,
    timelimit: t.readonly(t.tuple([orNull(t.number), orNull(t.number)])),
    root_id: orNull(Id),
    parent_id: orNull(Id),
    argsrepr: t.string,
    kwargsrepr: t.string,
    origin: t.string,
    ignore_result: orNull(t.boolean),
    replaced_task_nesting: t.number,
    stamped_headers: orNull(t.readonlyArray(t.string)),
    stamps: orNull(t.UnknownRecord),
    compression: t.string,
  }),
]) as t.Type<MessageHeaders, MessageHeaders, unknown>;
