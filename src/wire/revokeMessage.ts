/**
 * The broadcast that has all workers drop tasks before they run.
 * Source: `Control.revoke` in `celery/app/control.py`, `Mailbox` in `kombu/pidbox.py`.
 *
 * @since 0.1.0
 */
import type { Message } from './message.js';

/** @internal */
export const revokeMessage = (taskIds: ReadonlyArray<string>, deliveryTag: string): Message => ({
  body: Buffer.from(
    JSON.stringify({
      method: 'revoke',
      arguments: { task_id: taskIds, terminate: false, signal: null },
      destination: null,
      pattern: null,
      matcher: null,
    }),
  ),
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  headers: { clock: 1, expires: 0 },
  properties: {
    delivery_mode: 2,
    delivery_info: { exchange: 'celery.pidbox', routing_key: '' },
    priority: 0,
    body_encoding: 'base64',
    delivery_tag: deliveryTag,
  },
});
