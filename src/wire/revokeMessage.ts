/**
 * The broadcast that has all workers drop tasks before they run.
 * Source: `Control.revoke` in `celery/app/control.py`.
 *
 * @since 0.1.0
 */
import type { Either } from 'fp-ts/lib/Either.js';
import type { EncodeError } from '../errors/errors.js';
import { controlMessage } from './controlMessage.js';
import type { Message } from './message.js';

/** @internal */
export const revokeMessage = (
  taskIds: ReadonlyArray<string>,
  deliveryTag: string,
): Either<EncodeError, Message> =>
  controlMessage(
    { method: 'revoke', arguments: { task_id: taskIds, terminate: false, signal: null } },
    deliveryTag,
  );
