/**
 * Running a signature by a `Sender`. Source: `apply_async` in `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constNull, pipe } from 'fp-ts/lib/function.js';
import type { Plan, PlanOptions } from '../canvas/plan.js';
import type { EncodeError, InvalidArgument } from '../errors/errors.js';
import { chain, inTurn, map, type Run, settled } from '../operation/run.js';
import type { Broker } from '../port/broker.js';
import { fromEffect } from '../store/ensure.js';
import type { ResultTuple } from '../wire/resultTuple.js';
import { encodeSavedGroup } from '../wire/savedGroup.js';
import { publishPolicy } from './publishTime.js';
import type { Room } from './room.js';
import type { Call, Sender } from './sender.js';
import { chordKeys, times } from './terms.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What a plan has written before its first message is sent. */
export interface Writes {
  readonly deleted: ReadonlyArray<string>;
  readonly set: ReadonlyArray<readonly [key: string, value: string | Buffer]>;
}

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

export const writesOf = (
  { keys, serializer }: Room,
  { chordSizes, savedGroups }: Plan,
): E.Either<EncodeError | InvalidArgument, Writes> => {
  const deleted: Array<string> = [];
  const set: Array<readonly [string, string | Buffer]> = [];
  for (const { groupId, size } of chordSizes) {
    const own = chordKeys(keys, groupId);
    if (E.isLeft(own)) return own;
    deleted.push(own.right.claim);
    set.push([own.right.size, String(size)]);
  }
  for (const group of savedGroups) {
    const key = keys.group(group.id);
    if (E.isLeft(key)) return key;
    const value = encodeSavedGroup(serializer)(group);
    if (E.isLeft(value)) return value;
    set.push([key.right, value.right]);
  }
  return E.right({ deleted, set });
};

/** The keys first, then the messages, which are sent again where a connection is lost. */
export const sendPlan = (
  room: Room,
  broker: Broker,
  plan: Plan,
  policy = publishPolicy({}),
): Run<void> =>
  pipe(
    writePlan(room, plan),
    chain(() => room.execution.retried(broker.publish(plan.messages), { policy })),
  );

/** What has to be there before its first message is sent. */
export const writePlan = (room: Room, plan: Plan): Run<void> => {
  const writes = writesOf(room, plan);
  if (E.isLeft(writes)) return settled(writes);
  const { expires } = times(room.options);
  return pipe(
    inTurn(writes.right.deleted, room.remove),
    chain(() =>
      inTurn(writes.right.set, ([key, value]) => room.commands.save(key, value, expires)),
    ),
  );
};

/** Runs a signature, with arguments before its own. Null where its result is not known. */
export const sendSignature = (
  room: Room,
  sender: Sender,
  { signature, args, parentId, rootId }: Call,
): Run<ResultTuple | null> => {
  if (sender._tag === 'Function') {
    return pipe(
      fromEffect(() => sender.send({ signature, args, parentId, rootId })),
      map(constNull),
    );
  }
  const options: PlanOptions = { parent_id: parentId, root_id: rootId };
  const plan = sender.planner(null)(signature, args, options);
  if (E.isLeft(plan)) return settled(plan);
  return pipe(
    sendPlan(room, sender.broker, plan.right),
    map(() => plan.right.result),
  );
};
