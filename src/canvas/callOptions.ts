/**
 * The options of a call that mean something to it, by Celery's names. Others are properties
 * of its message.
 * Source: the parameters of `send_task`, `as_task_v2`, `send_task_message` and Kombu's
 * `Producer.publish`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { InvalidArgument } from '../errors/errors.js';
import { Float } from '../serialization/values.js';
import type { Options } from './canvas.js';

const optional = <A>(type: t.Type<A, unknown, unknown>) => t.union([type, t.null, t.undefined]);

const text = optional(t.string);

/** Python tells 1.0 from 1, and so does what was read. */
const amount = optional(
  new t.Type<number, number, unknown>(
    'number',
    t.number.is,
    (u, context) => t.number.validate(u instanceof Float ? u.value : u, context),
    t.identity,
  ),
);

const isDate = (u: unknown): u is Date => u instanceof Date && !Number.isNaN(u.getTime());

const date = new t.Type<Date, Date, unknown>(
  'date',
  isDate,
  (u, context) => (isDate(u) ? t.success(u) : t.failure(u, context)),
  t.identity,
);

const props = {
  task_id: text,
  shadow: text,
  countdown: amount,
  eta: optional(t.union([t.string, date])),
  expires: optional(t.union([t.string, date, amount])),
  retries: amount,
  priority: amount,
  time_limit: amount,
  soft_time_limit: amount,
  ignore_result: optional(t.boolean),
  group_id: text,
  group_index: amount,
  root_id: text,
  parent_id: text,
  reply_to: text,
  argsrepr: text,
  kwargsrepr: text,
  origin: text,
  replaced_task_nesting: amount,
  stamped_headers: optional(t.readonlyArray(t.string)),
  headers: optional(t.UnknownRecord),
  link: t.unknown,
  link_error: t.unknown,
  chain: t.unknown,
  chord: t.unknown,
  queue: text,
  exchange: text,
  routing_key: text,
  serializer: text,
  compression: text,
  delivery_mode: t.unknown,
};

const Known = t.partial(props);

export type CallOptions = t.TypeOf<typeof Known>;

/** How a message is to be sent, which is not for it to tell. */
const ofSending = [
  'add_to_parent',
  'confirm_timeout',
  'connection',
  'declare',
  'event_dispatcher',
  'exchange_type',
  'immediate',
  'mandatory',
  'producer',
  'publisher',
  'result_cls',
  'retry',
  'retry_policy',
  'route_name',
  'router',
  'task_type',
  'timeout',
];

/** The known ones, and the properties that the others are. */
export const callOptions = (
  options: Options,
): E.Either<InvalidArgument, { readonly known: CallOptions; readonly properties: Options }> =>
  pipe(
    Known.decode(options),
    E.mapLeft(([error]) => {
      const name = error?.context[1]?.key ?? 'options';
      return new InvalidArgument(name, `can't be ${typeof options[name]} here.`);
    }),
    E.map((known) => {
      const told = new Set([...Object.keys(props), ...ofSending, ...(known.stamped_headers ?? [])]);
      const properties = Object.entries(options).filter(([name]) => !told.has(name));
      return { known, properties: Object.fromEntries(properties) };
    }),
  );
