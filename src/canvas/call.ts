/**
 * The message of a call: what its options mean.
 * Source: `send_task` in `celery/app/base.py`, `as_task_v2` and `send_task_message` in
 * `celery/app/amqp.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { EncodeError, InvalidArgument } from '../errors/errors.js';
import { compressions } from '../serialization/compressions.js';
import { DateTime } from '../serialization/dateTime.js';
import { reasonOf } from '../serialization/reason.js';
import type { Message } from '../wire/message.js';
import type { Signature } from '../wire/signature.js';
import { argsrepr, type TaskCall, taskMessage } from '../wire/taskMessage.js';
import { type CallOptions, callOptions } from './callOptions.js';
import { Embedded, type Options, signatureOf, toSignature } from './canvas.js';
import { millisecondsUntil, secondsAfter } from './due.js';
import { listOf } from './links.js';
import type { PlanContext } from './plan.js';
import type { Call } from './run.js';

export const messageOf =
  (context: PlanContext) =>
  (call: Call): E.Either<EncodeError | InvalidArgument, Message> =>
    pipe(
      callOptions(call.options),
      E.bindW('serializer', ({ known }) => context.serializer(known.serializer ?? null)),
      E.bindW('taskCall', ({ known, properties }) => taskCall(context, call, known, properties)),
      E.bindW('plain', ({ serializer, taskCall }) => taskMessage(serializer)(taskCall)),
      E.chainW(({ plain, known }) =>
        known.compression ? compressed(plain, known.compression) : E.right(plain),
      ),
    );

const taskCall = (
  context: PlanContext,
  { task, args, kwargs, options, isAsRead }: Call,
  known: CallOptions,
  properties: Options,
): E.Either<InvalidArgument, TaskCall> => {
  const id = known.task_id || context.newId();
  const { exchange, routing_key: key } = known;
  return pipe(
    E.Do,
    E.bind('callbacks', () => signatures(known.link)),
    E.bind('errbacks', () => signatures(known.link_error)),
    E.bind('chain', () => signatures(known.chain)),
    E.bind('chord', () => maybe(known.chord)),
    E.bind('times', () => times(context.now, known)),
    E.map(({ times, ...embedded }) => ({
      ...embedded,
      ...times,
      task,
      id,
      args,
      kwargs,
      shadow: known.shadow || null,
      retries: known.retries ?? 0,
      timeLimit: known.time_limit ?? null,
      softTimeLimit: known.soft_time_limit ?? null,
      group: known.group_id ?? null,
      groupIndex: known.group_index ?? null,
      rootId: known.root_id || (context.parent?.rootId ?? null),
      parentId: known.parent_id || (context.parent?.id ?? null),
      ...(isAsRead && { argsrepr: argsrepr(args, 'list') }),
      ...(typeof known.argsrepr === 'string' && { argsrepr: known.argsrepr }),
      ...(typeof known.kwargsrepr === 'string' && { kwargsrepr: known.kwargsrepr }),
      origin: known.origin || context.origin,
      ignoreResult: known.ignore_result ?? (ownTasks.has(task) ? false : null),
      replacedTaskNesting: known.replaced_task_nesting ?? 0,
      stampedHeaders: known.stamped_headers ?? null,
      stamps: Object.fromEntries(
        (known.stamped_headers ?? []).map((name) => [name, options[name]]),
      ),
      headers: known.headers ?? {},
      properties,
      replyTo: known.reply_to || context.replyTo,
      ...(exchange && key ? { exchange, queue: key } : { queue: known.queue || context.queue }),
      priority: known.priority ?? 0,
      ...(isTransient(known.delivery_mode) && { isTransient: true }),
      deliveryTag: context.newId(),
    })),
  );
};

/** Celery's own tasks are known to every worker, and their results are stored. */
const ownTasks: ReadonlySet<string> = new Set(['celery.map', 'celery.starmap', 'celery.chunks']);

const isTransient = (mode: unknown): boolean => mode === 1 || mode === 'transient';

type Times = Pick<TaskCall, 'eta' | 'expires' | 'expiration'>;

const times = (
  clock: () => DateTime,
  { countdown, eta, expires }: CallOptions,
): E.Either<InvalidArgument, Times> => {
  const now = clock();
  const start = countdown ? secondsAfter(now, countdown) : dateOf(eta);
  const end = typeof expires === 'number' ? secondsAfter(now, expires) : dateOf(expires);
  for (const [name, date] of [
    ['eta', start],
    ['expires', end],
  ] as const) {
    if (date !== null && Number.isNaN(date.getTime())) {
      return E.left(new InvalidArgument(name, 'is no date and time.'));
    }
  }
  return E.right({
    eta: start,
    expires: end,
    ...(end !== null && { expiration: millisecondsUntil(now, end) }),
  });
};

const dateOf = (when: string | Date | null | undefined): DateTime | null => {
  if (!when) return null;
  if (typeof when === 'string') return new DateTime(when);
  return when instanceof DateTime ? when : DateTime.utc(when);
};

const signatures = (u: unknown): E.Either<InvalidArgument, ReadonlyArray<Signature> | null> =>
  u === null || u === undefined ? E.right(null) : E.traverseArray(one)(listOf(u));

const maybe = (u: unknown): E.Either<InvalidArgument, Signature | null> =>
  u === null || u === undefined ? E.right(null) : one(u);

const one = (u: unknown): E.Either<InvalidArgument, Signature> =>
  u instanceof Embedded ? E.right(toSignature(u.canvas)) : signatureOf(u);

/** Named in a header, as Kombu does. */
const compressed = (
  message: Message,
  method: string,
): E.Either<EncodeError | InvalidArgument, Message> =>
  pipe(
    compressions().toWrite(method),
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
