/**
 * PING over one link: that it is answered shows that the link lives.
 *
 * @since 0.1.0
 */
import type { Run } from '../operation/run.js';
import type { Link } from './link.js';
import { send } from './send.js';

export const ping = (link: Link): Run<void> =>
  send(link, { command: 'PING', key: link.address }, async (redis) => {
    await redis.ping();
  });
