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
import { isPythonDate } from '../serialization/dateTime.js';
import { Float, Uuid } from '../serialization/values.js';
import { dict } from '../wire/dict.js';
import type { Options } from './canvas.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** Python tells 1.0 from 1, and so does what was read. A worker could do nothing with NaN. */
const amount = new t.Type<number, number, unknown>(
  'a finite number',
  t.number.is,
  (u, context) => {
    const n = u instanceof Float ? u.value : u;
    return Number.isFinite(n) ? t.number.validate(n, context) : t.failure(u, context);
  },
  t.identity,
);

/** Of Python's class for them, too. */
const id = new t.Type<string, string, unknown>(
  'an id',
  t.string.is,
  (u, context) => t.string.validate(u instanceof Uuid ? u.text : u, context),
  t.identity,
);

const refined = <A>(name: string, is: t.Is<A>): t.Type<A> =>
  new t.Type(name, is, (u, context) => (is(u) ? t.success(u) : t.failure(u, context)), t.identity);

const text = refined('a string', t.string.is);

const flag = refined('true or false', t.boolean.is);

const date = refined('a date', (u): u is Date => u instanceof Date && isPythonDate(u));

const props = {
  task_id: id,
  shadow: text,
  countdown: amount,
  eta: t.union([text, date], 'a date of the years 1 to 9999'),
  expires: t.union([amount, text, date], 'a finite number or a date of the years 1 to 9999'),
  retries: amount,
  priority: amount,
  time_limit: amount,
  soft_time_limit: amount,
  ignore_result: flag,
  group_id: id,
  group_index: amount,
  root_id: id,
  parent_id: id,
  reply_to: text,
  argsrepr: text,
  kwargsrepr: text,
  origin: text,
  replaced_task_nesting: amount,
  stamped_headers: t.readonlyArray(t.string, 'a list of strings'),
  headers: dict,
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
