/**
 * Telling all who wait for a chord that its body will not run: the body's errbacks and ids,
 * what the body would have been followed by, and the chord that it is a member of.
 * Source: `chord_error_from_stack` and `_handle_group_chord_error` in
 * `celery/backends/base.py`; it does not tell the outer chord.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { TaskException } from '../errors/taskException.js';
import { chain, continueWith, inTurn, nothing, type Run, settled } from '../operation/run.js';
import { FAILURE } from '../states.js';
import { repr } from '../wire/repr.js';
import { chainedTasks, type TaskRequest } from '../wire/request.js';
import type { ResultTuple } from '../wire/resultTuple.js';
import { revokeMessage } from '../wire/revokeMessage.js';
import type { Signature } from '../wire/signature.js';
import { bodyOf, idOf, linkedErrbacks, signaturesIn, tasksOf } from './body.js';
import { failChained } from './chained.js';
import { callErrbacks } from './errbacks.js';
import type { ReturnPart } from './outcome.js';
import type { Room } from './room.js';
import type { Trouble } from './trouble.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What is waited for in place of a signature, and whom to tell of its failure. */
interface Awaited {
  readonly id: string;
  readonly errbacks: ReadonlyArray<Signature>;
}

type Children = TaskRequest['children'];

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** `children` are those of the task that has returned the last part, where they are known. */
export const failBody = (
  room: Room,
  returnPart: ReturnPart,
  body: Signature,
  trouble: Trouble,
  children: Children,
): Run<void> => {
  const { exception } = trouble;
  const chained = chainedTasks({ id: '', chain: listOf(body.options.chain) });
  const members = membersOf(body);
  // they are told by the outer chord, which fails with this one
  const outer = members.flatMap(({ chord }) => signaturesIn([chord]).flatMap(linkedErrbacks));
  return pipe(
    body.subtaskType === 'group'
      ? failGroup(room, body, trouble, children, outer)
      : failOne(room, body, trouble, children, outer),
    chain(() =>
      inTurn(chained, (task) =>
        failChained(room, returnPart, task, { exception, state: FAILURE, traceback: null }),
      ),
    ),
    chain(() => inTurn(members, (request) => returnPart(request, FAILURE, exception))),
  );
};

/** A chord that is a body is known by the id of its header; but it is its own body that is waited for. */
const failOne = (
  room: Room,
  body: Signature,
  { exception, traceback }: Pick<Trouble, 'exception' | 'traceback'>,
  children: Children,
  told: ReadonlyArray<Signature> = [],
): Run<void> => {
  const { task, args, kwargs } = body;
  const id = idOf(body) ?? room.newId();
  const errbacks = without(told, linkedErrbacks(body));
  const inner = bodyOf(body);
  return pipe(
    callErrbacks(room, errbacks, { id, task, args, kwargs }, exception, null),
    chain((sent) => failed(room, id, exception, traceback, withChild(children, sent))),
    chain(() =>
      inner === null
        ? nothing
        : failOne(room, inner, { exception, traceback }, children, [...told, ...errbacks]),
    ),
  );
};

/** Each member is told of what the part raised, and then the group; none keeps the others from it. */
const failGroup = (
  room: Room,
  body: Signature,
  trouble: Trouble,
  children: Children,
  told: ReadonlyArray<Signature>,
): Run<void> => {
  const { cause: exception, causeTraceback } = trouble;
  const awaited = tasksOf(body).map((task) => awaitedOf(room, task));
  const failMember = ({ id, errbacks }: Awaited): Run<void> =>
    pipe(
      callErrbacks(
        room,
        without(told, [...errbacks, ...linkedErrbacks(body)]),
        { id, task: 'unknown' },
        exception,
        null,
      ),
      chain((sent) => failed(room, id, exception, causeTraceback, withChild(children, sent))),
    );
  return pipe(
    inTurn(awaited, (member) =>
      continueWith(failMember(member), (result) => {
        if (E.isLeft(result)) {
          room.logger.error(
            `Failed to handle chord error for task ${member.id}: ${result.left.message}`,
          );
        }
        return nothing;
      }),
    ),
    chain(() => failed(room, idOf(body) ?? room.newId(), exception, null, children)),
    chain(() => revoked(room, awaited)),
  );
};

/** But those that are told elsewhere. */
const without = (
  told: ReadonlyArray<Signature>,
  errbacks: ReadonlyArray<Signature>,
): ReadonlyArray<Signature> => {
  const others = new Set(told.map((errback) => repr(errback)));
  return errbacks.filter((errback) => !others.has(repr(errback)));
};

const failed = (
  room: Room,
  id: string,
  exception: TaskException,
  traceback: string | null,
  children: Children,
): Run<void> =>
  pipe(
    room.store(id, { exception, state: FAILURE, traceback, children }),
    chain(() => nothing),
  );

/** What a task sends is its child; so errbacks are those of the part, and are stored with the body. */
const withChild = (children: Children, sent: ResultTuple | null): Children =>
  children && sent !== null ? [...children, sent] : children;

/** So that no worker runs what has failed. Best effort, as in Celery. */
const revoked = ({ sender, logger, newId }: Room, awaited: ReadonlyArray<Awaited>): Run<void> => {
  if (sender?._tag !== 'Broker' || awaited.length === 0) return nothing;
  const message = revokeMessage(
    awaited.map(({ id }) => id),
    newId(),
  );
  const sent = E.isLeft(message) ? settled(message) : sender.broker.publish([message.right]);
  return continueWith(sent, (result) => {
    if (E.isLeft(result)) logger.error(`The revoke could not be sent: ${result.left.message}`);
    return nothing;
  });
};

/** Celery: `_result_errbacks`. */
const awaitedOf = (room: Room, call: Signature): Awaited => {
  const inner = bodyOf(call);
  const errbacks = linkedErrbacks(call);
  if (inner !== null) {
    const { id, errbacks: others } = awaitedOf(room, inner);
    return { id, errbacks: [...errbacks, ...others] };
  }
  const members = call.subtaskType === 'group' ? tasksOf(call) : [];
  return {
    id: idOf(call) ?? room.newId(),
    errbacks: [...errbacks, ...members.flatMap((task) => awaitedOf(room, task).errbacks)],
  };
};

/** Where the body, or the task that it ends with, is a member of an outer chord's header. */
const membersOf = (call: Signature): ReadonlyArray<TaskRequest> => {
  const { chord, group_index: index } = call.options;
  const id = idOf(call);
  if (id !== null && typeof chord === 'object' && chord !== null) {
    const groupIndex = typeof index === 'number' ? index : null;
    return [{ id, group: idOf(call, 'group_id'), groupIndex, chord }];
  }
  const inner = bodyOf(call);
  if (inner !== null) return membersOf(inner);
  const tasks = tasksOf(call);
  if (call.subtaskType === 'group') return tasks.flatMap(membersOf);
  const last = call.subtaskType === 'chain' ? tasks.at(-1) : undefined;
  return last === undefined ? [] : membersOf(last);
};

const listOf = (u: unknown): ReadonlyArray<unknown> => (Array.isArray(u) ? u : []);
