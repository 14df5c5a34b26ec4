/**
 * The options of a call that mean something to it, by Celery's names. Others are properties
 * of its message.
 * Source: the parameters of `send_task`, `as_task_v2`, `send_task_message` and Kombu's
 * `Producer.publish`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { InvalidArgument } from '../errors/errors.js';
import { Float, Uuid } from '../serialization/values.js';
import type { Options } from './canvas.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** Python tells 1.0 from 1, and so does what was read. */
const amount = new t.Type<number, number, unknown>(
  'a number',
  t.number.is,
  (u, context) => t.number.validate(u instanceof Float ? u.value : u, context),
  t.identity,
);

/** Of Python's class for them, too. */
const id = new t.Type<string, string, unknown>(
  'an id',
  t.string.is,
  (u, context) => t.string.validate(u instanceof Uuid ? u.text : u, context),
  t.identity,
);

const isDate = (u: unknown): u is Date => u instanceof Date && !Number.isNaN(u.getTime());

const date = new t.Type<Date, Date, unknown>(
  'a date',
  isDate,
  (u, context) => (isDate(u) ? t.success(u) : t.failure(u, context)),
  t.identity,
);

const props = {
  task_id: id,
  shadow: t.string,
  countdown: amount,
  eta: t.union([t.string, date], 'a date'),
  expires: t.union([amount, t.string, date], 'a number or a date'),
  retries: amount,
  priority: amount,
  time_limit: amount,
  soft_time_limit: amount,
  ignore_result: t.boolean,
  group_id: id,
  group_index: amount,
  root_id: id,
  parent_id: id,
  reply_to: t.string,
  argsrepr: t.string,
  kwargsrepr: t.string,
  origin: t.string,
  replaced_task_nesting: amount,
  stamped_headers: t.readonlyArray(t.string, 'a list of strings'),
  headers: t.UnknownRecord,
  link: t.unknown,
  link_error: t.unknown,
  chain: t.unknown,
  chord: t.unknown,
  queue: t.string,
  exchange: t.string,
  routing_key: t.string,
  serializer: t.string,
  compression: t.string,
  delivery_mode: t.unknown,
};

/** What is null is left out. */
export type CallOptions = { readonly [K in keyof typeof props]?: t.TypeOf<(typeof props)[K]> };

const types: ReadonlyMap<string, t.Decoder<unknown, unknown>> = new Map(Object.entries(props));

/** How a message is to be sent, which is not for it to tell. */
const ofSending: ReadonlySet<string> = new Set([
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
]);

/** Celery has them in the headers of a message, and leaves them among its properties. */
const kept: ReadonlySet<string> = new Set(['argsrepr', 'kwargsrepr', 'origin']);

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** The known ones, and the properties that the others are. */
export const callOptions = (
  options: Options,
): E.Either<InvalidArgument, { readonly known: CallOptions; readonly properties: Options }> => {
  const known: Record<string, unknown> = {};
  const others: Array<[string, unknown]> = [];
  for (const [name, value] of Object.entries(options)) {
    const type = types.get(name);
    if (type === undefined) {
      if (!ofSending.has(name)) others.push([name, value]);
    } else if (value !== null && value !== undefined) {
      const decoded = type.decode(value);
      if (E.isLeft(decoded)) return E.left(new InvalidArgument(name, `must be ${type.name}.`));
      known[name] = decoded.right;
      if (kept.has(name)) others.push([name, value]);
    }
  }
  // Each was decoded by the type that this says.
  const all = known as CallOptions;
  const { stamped_headers: stamps = [] } = all;
  const properties = others.filter(([name]) => !stamps.includes(name));
  return E.right({ known: all, properties: Object.fromEntries(properties) });
};
