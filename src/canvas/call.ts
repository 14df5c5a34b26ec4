/**
 * The message of a call: what its options mean.
 * Source: `send_task` in `celery/app/base.py`, `as_task_v2` and `send_task_message` in
 * `celery/app/amqp.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import { EncodeError, InvalidArgument } from '../errors/errors.js';
import { compressions } from '../serialization/compressions.js';
import { DateTime, fromIsoFormat } from '../serialization/dateTime.js';
import { reasonOf } from '../serialization/reason.js';
import type { Message } from '../wire/message.js';
import type { Signature } from '../wire/signature.js';
import type { TaskBody } from '../wire/taskBody.js';
import { type TaskCall, taskMessage } from '../wire/taskMessage.js';
import { type CallOptions, callOptions } from './callOptions.js';
import { Embedded, type Options, signatureOf, toSignature, wireForm } from './canvas.js';
import { millisecondsUntil, secondsAfter } from './due.js';
import { listOf } from './links.js';
import type { PlanContext } from './plan.js';
import type { Call } from './running.js';

export const messageOf =
  (context: PlanContext) =>
  (call: Call): E.Either<EncodeError | InvalidArgument, Message> => {
    const routed = context.route ? context.route(call) : E.right(call.options);
    if (E.isLeft(routed)) return routed;
    const options = callOptions(routed.right);
    if (E.isLeft(options)) return options;
    const { known, properties } = options.right;
    const serializer = context.serializer(known.serializer ?? null);
    if (E.isLeft(serializer)) return serializer;
    const made = taskCall(context, call, routed.right, known, properties);
    if (E.isLeft(made)) return made;
    const message = taskMessage(serializer.right)(made.right);
    return known.compression
      ? pipe(message, E.chainW(compressed(context, known.compression)))
      : message;
  };

const taskCall = (
  context: PlanContext,
  { task, args, kwargs, isAsRead }: Call,
  options: Options,
  known: CallOptions,
  properties: Options,
): E.Either<InvalidArgument, TaskCall> => {
  const embedded = embed(known);
  if (E.isLeft(embedded)) return embedded;
  const due = times(context.now, known);
  if (E.isLeft(due)) return due;
  const { callbacks, errbacks, chain, chord } = embedded.right;
  const { eta, expires, expiration } = due.right;
  const { exchange, routing_key: key, stamped_headers: stamps = null } = known;
  const isExchanged = Boolean(exchange && key);
  // One literal without spreads: many are made.
  return E.right({
    task,
    id: known.task_id || context.newId(),
    args,
    kwargs,
    callbacks,
    errbacks,
    chain,
    chord,
    shadow: known.shadow || null,
    eta,
    expires,
    expiration,
    group: known.group_id ?? null,
    groupIndex: known.group_index ?? null,
    retries: known.retries ?? 0,
    timeLimit: known.time_limit ?? null,
    softTimeLimit: known.soft_time_limit ?? null,
    rootId: known.root_id || (context.parent?.rootId ?? null),
    parentId: known.parent_id || (context.parent?.id ?? null),
    argsrepr: known.argsrepr,
    kwargsrepr: known.kwargsrepr,
    reprLevels: context.reprLevels,
    isAsRead,
    origin: known.origin || context.origin,
    ignoreResult: known.ignore_result ?? (ownTasks.has(task) ? false : null),
    replacedTaskNesting: known.replaced_task_nesting ?? 0,
    stampedHeaders: stamps,
    stamps: stamps === null ? {} : Object.fromEntries(stamps.map((name) => [name, options[name]])),
    headers: known.headers ?? {},
    properties,
    replyTo: known.reply_to || context.replyTo,
    exchange: isExchanged ? exchange : undefined,
    queue: (isExchanged ? key : known.queue) || context.queue,
    isTransient: known.delivery_mode === 1 || known.delivery_mode === 'transient',
    priority: known.priority ?? 0,
    deliveryTag: context.newId(),
  });
};

/** Celery's own tasks are known to every worker, and their results are stored. */
const ownTasks: ReadonlySet<string> = new Set(['celery.map', 'celery.starmap', 'celery.chunks']);

interface Times {
  readonly eta: DateTime | null;
  readonly expires: DateTime | null;
  readonly expiration: number | undefined;
}

const timeless: Times = { eta: null, expires: null, expiration: undefined };

const times = (
  clock: () => DateTime,
  { countdown, eta, expires }: CallOptions,
): E.Either<InvalidArgument, Times> => {
  if (!countdown && !eta && expires === undefined) return E.right(timeless);
  const now = clock();
  const start = countdown ? secondsAfter(now, countdown) : dateOf(eta);
  const end = typeof expires === 'number' ? secondsAfter(now, expires) : dateOf(expires);
  for (const [name, date] of [
    [countdown ? 'countdown' : 'eta', start],
    ['expires', end],
  ] as const) {
    if (date !== null && Number.isNaN(date.getTime())) {
      return E.left(new InvalidArgument(name, 'is no date and time.'));
    }
  }
  return E.right({
    eta: start,
    expires: end,
    expiration: end === null ? undefined : millisecondsUntil(now, end),
  });
};

const dateOf = (when: string | Date | null | undefined): DateTime | null => {
  if (!when) return null;
  if (typeof when === 'string') return O.getOrElse(() => new DateTime(when))(fromIsoFormat(when));
  return when instanceof DateTime ? when : DateTime.utc(when);
};

type Embedding = Pick<TaskBody, 'callbacks' | 'errbacks' | 'chain' | 'chord'>;

const none: Embedding = { callbacks: null, errbacks: null, chain: null, chord: null };

const embed = ({
  link,
  link_error,
  chain,
  chord,
}: CallOptions): E.Either<InvalidArgument, Embedding> =>
  [link, link_error, chain, chord].every((u) => u === undefined)
    ? E.right(none)
    : pipe(
        E.Do,
        E.bind('callbacks', () => all(link)),
        E.bind('errbacks', () => all(link_error)),
        E.bind('chain', () => all(chain)),
        E.bind('chord', () => (chord === undefined ? E.right(null) : one(chord))),
      );

const all = (u: unknown): E.Either<InvalidArgument, ReadonlyArray<Signature> | null> =>
  u === undefined ? E.right(null) : E.traverseArray(one)(listOf(u));

const one = (u: unknown): E.Either<InvalidArgument, Signature> =>
  u instanceof Embedded ? E.right(toSignature(u.canvas)) : signatureOf(wireForm(u));

/** Named in a header, as Kombu does. */
const compressed =
  ({ compression = compressions().toWrite }: PlanContext, method: string) =>
  (message: Message): E.Either<EncodeError | InvalidArgument, Message> =>
    pipe(
      compression(method),
      E.mapLeft(({ problem }) => new InvalidArgument('compression', problem)),
      E.chainW(({ contentType, compress }) =>
        E.tryCatch(
          () => ({
            ...message,
            body: compress(message.body),
            headers: { ...message.headers, compression: contentType },
          }),
          (thrown) => new EncodeError('$', `${method} refused it: ${reasonOf(thrown)}`),
        ),
      ),
    );
