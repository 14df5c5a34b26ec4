/**
 * The events that workers and clients tell of tasks and of themselves.
 * Source: `send_event` in `celery/worker/request.py`, `celery/worker/heartbeat.py`,
 * `celery/events/event.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { Float } from '../serialization/values.js';

// -------------------------------------------------------------------------------------
// codecs
// -------------------------------------------------------------------------------------

/** Python tells 1.0 from 1. */
const number = new t.Type<number, number, unknown>(
  'number',
  t.number.is,
  (u, context) => t.number.validate(u instanceof Float ? u.value : u, context),
  t.identity,
);

const nullable = <A>(codec: t.Type<A, unknown, unknown>) =>
  new t.Type<A | null, unknown, unknown>(
    `${codec.name} | null`,
    (u): u is A | null => u === null || codec.is(u),
    (u, context) => (u === null || u === undefined ? t.success(null) : codec.validate(u, context)),
    t.identity,
  );

const any = { hostname: t.string, timestamp: number };

const ofTask = { ...any, uuid: t.string };

const call = {
  ...ofTask,
  name: nullable(t.string),
  args: nullable(t.string),
  kwargs: nullable(t.string),
  root_id: nullable(t.string),
  parent_id: nullable(t.string),
  retries: nullable(number),
  eta: nullable(t.string),
  expires: nullable(t.string),
};

const ofWorker = {
  ...any,
  freq: nullable(number),
  active: nullable(number),
  processed: nullable(number),
  sw_ident: nullable(t.string),
  sw_ver: nullable(t.string),
  sw_sys: nullable(t.string),
};

const failure = { ...ofTask, exception: nullable(t.string), traceback: nullable(t.string) };

const codecs = {
  'task-sent': t.type({ ...call, queue: nullable(t.string) }),
  'task-received': t.type(call),
  'task-started': t.type({ ...ofTask, pid: nullable(number) }),
  'task-succeeded': t.type({ ...ofTask, result: nullable(t.string), runtime: nullable(number) }),
  'task-failed': t.type(failure),
  'task-retried': t.type(failure),
  'task-rejected': t.type(ofTask),
  'task-revoked': t.type({
    ...ofTask,
    terminated: nullable(t.boolean),
    signum: nullable(t.unknown),
    expired: nullable(t.boolean),
  }),
  'worker-online': t.type(ofWorker),
  'worker-heartbeat': t.type(ofWorker),
  'worker-offline': t.type(ofWorker),
};

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** `root_id` is `rootId`, `uuid` is `taskId`, and `hostname` is `worker`. */
type Camel<K> = K extends 'uuid'
  ? 'taskId'
  : K extends 'hostname'
    ? 'worker'
    : K extends `${infer Head}_${infer Tail}`
      ? `${Head}${Capitalize<Tail>}`
      : K;

type Fields<A> = { readonly [K in keyof A as Camel<K>]: A[K] };

type Codecs = typeof codecs;

/**
 * What happens to a task or a worker, told apart by `type`. `timestamp` is seconds since 1970,
 * `worker` the name of who tells; arguments, results and exceptions are shown as Python shows
 * them. What the sender leaves out is null.
 *
 * @category model
 * @since 0.1.0
 */
export type CeleryEvent = {
  readonly [T in keyof Codecs]: { readonly type: T } & Fields<t.TypeOf<Codecs[T]>>;
}[keyof Codecs];

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

const isKnown = (type: unknown): type is keyof Codecs =>
  typeof type === 'string' && Object.hasOwn(codecs, type);

/**
 * From what a message of `celeryev` holds, less what is no event of Celery's own.
 *
 * @internal
 */
export const celeryEvents = (u: unknown): ReadonlyArray<CeleryEvent> =>
  (Array.isArray(u) ? u : [u]).flatMap((one) => {
    const type: unknown = typeof one === 'object' && one !== null ? one.type : undefined;
    if (!isKnown(type)) return [];
    const codec: t.Decoder<unknown, object> = codecs[type];
    return pipe(
      codec.decode(one),
      E.match(
        () => [],
        // it was decoded by the codec of its type
        (fields) => [{ type, ...named(fields, Object.keys(codecs[type].props)) } as CeleryEvent],
      ),
    );
  });

const named = (fields: object, names: ReadonlyArray<string>): object =>
  Object.fromEntries(
    names.map((name) => [camel(name), (fields as Readonly<Record<string, unknown>>)[name] ?? null]),
  );

const camel = (name: string): string => {
  if (name === 'uuid') return 'taskId';
  if (name === 'hostname') return 'worker';
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
};
