/**
 * Telling of a failure those that were linked to it: functions of this process by their
 * names, all others as tasks. Source: `_call_task_errbacks` in `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { ImproperlyConfigured } from '../errors/errors.js';
import type { TaskException } from '../errors/taskException.js';
import { chain, continueWith, inTurn, type Run, settled } from '../operation/run.js';
import { type Effect, fromEffect } from '../store/ensure.js';
import { repr } from '../wire/repr.js';
import type { TaskRequest } from '../wire/request.js';
import type { ResultTuple } from '../wire/resultTuple.js';
import { Signature, signature } from '../wire/signature.js';
import type { Errback, Room } from './room.js';
import { sendSignature } from './sending.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Each once. One that fails is logged, and no matter of the others. Told is the result of
 * those that were sent, or null.
 */
export const callErrbacks = (
  room: Room,
  errbacks: ReadonlyArray<Signature>,
  request: TaskRequest,
  exception: TaskException,
  traceback: string | null,
): Run<ResultTuple | null> => {
  const each = unique(errbacks);
  const own = each.filter((errback) => functionOf(room, errback) !== undefined);
  const others = each.filter((errback) => functionOf(room, errback) === undefined);
  return pipe(
    inTurn(own, (errback) =>
      logged(
        room,
        `Errback ${repr(errback.task)} raised an exception`,
        fromEffect(() => called(room, errback, [request, exception, traceback])),
      ),
    ),
    chain(() => (others.length === 0 ? nothing : sent(room, others, request))),
  );
};

/** An immutable one has its own arguments only. */
const called = (
  room: Room,
  errback: Signature,
  told: readonly [TaskRequest, TaskException, string | null],
): Effect<unknown> => {
  const { args, immutable } = errback;
  const own = [...args, ...kwargsOf(errback)];
  const call = functionOf(room, errback);
  return call && Reflect.apply(call, undefined, immutable ? own : [...told, ...own]);
};

/** Without a broker, those that are no functions here can't be told. */
export const needsBroker = (room: Room, errbacks: ReadonlyArray<Signature>): boolean =>
  room.sender === null && errbacks.some((errback) => functionOf(room, errback) === undefined);

const functionOf = ({ errbacks }: Room, { task }: Signature): Errback | undefined =>
  Object.hasOwn(errbacks, task) ? errbacks[task] : undefined;

const kwargsOf = ({ kwargs }: Signature): ReadonlyArray<unknown> =>
  Object.keys(kwargs).length === 0 ? [] : [kwargs];

const unique = (errbacks: ReadonlyArray<Signature>): ReadonlyArray<Signature> => {
  const byForm = new Map(errbacks.map((errback) => [repr(Signature.encode(errback)), errback]));
  return [...byForm.values()];
};

/** As one group. */
const sent = (
  room: Room,
  errbacks: ReadonlyArray<Signature>,
  request: TaskRequest,
): Run<ResultTuple | null> => {
  const { sender } = room;
  if (sender === null) return settled(E.left(noBroker()));
  const group = signature('celery.group', [], {
    kwargs: { tasks: errbacks.map(Signature.encode) },
    subtaskType: 'group',
  });
  const names = errbacks.map(({ task }) => repr(task)).join(', ');
  return logged(
    room,
    `Errback ${names} could not be sent`,
    sendSignature(room, sender, {
      signature: group,
      args: [request.id],
      parentId: request.id,
      rootId: request.rootId ?? request.id,
    }),
  );
};

export const noBroker = (): ImproperlyConfigured =>
  new ImproperlyConfigured('broker', 'a chord needs one to send its body, and errbacks to be sent');

const logged = <A>({ logger }: Room, line: string, run: Run<A>): Run<A | null> =>
  continueWith(run, (result) => {
    if (E.isRight(result)) return settled(result);
    logger.error(`${line}: ${result.left.message}`);
    return nothing;
  });

const nothing: Run<null> = settled(E.right(null));
