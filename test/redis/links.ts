/** Links of the adapter, to a server at an address. */
import { Link } from '../../src/redis/link.js';
import type { Locator } from '../../src/redis/locator.js';
import type { SocketOptions } from '../../src/redis/socket.js';

export const linkBy = (locator: Locator, changed: Partial<SocketOptions['config']> = {}): Link =>
  new Link({
    locator,
    config: {
      db: 0,
      username: null,
      password: null,
      credentials: null,
      protocol: 3,
      clientName: 'a-link',
      socketTimeout: 1,
      socketConnectTimeout: 1,
      socketKeepalive: true,
      ...changed,
    },
  });
