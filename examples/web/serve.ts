/** The server: one link to Redis, one site, one port. It keeps nothing that it would miss. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Broker, RedisBackend } from 'chordis';
import { nodeListener } from 'chordis/http';
import { Producer } from 'chordis/producer';
import { pageFiles } from './pageFiles.js';
import { KEPT, type SiteOptions, site } from './site.js';

export interface ServeOptions extends Pick<SiteOptions, 'secret' | 'about'> {
  /** Of the Redis that has the results and, unless there is another `broker`, the messages. */
  readonly url: string;
  /** 0 for a free one. */
  readonly port: number;
}

/** Long enough for a Redis that is started again. */
const PATIENCE = { retryPolicy: { maxRetries: 300, intervalStep: 0.1, intervalMax: 0.5 } };

/** A backend as the server and the workers of the page have it. */
export const openBackend = (url: string, broker: string | Broker): RedisBackend =>
  new RedisBackend({ url, broker, expires: KEPT, ...PATIENCE });

/** Resolves with the port, once it listens there. */
export const serve = async (
  { url, port, secret, about }: ServeOptions,
  restart: SiteOptions['restart'],
  backend = openBackend(url, url),
): Promise<number> => {
  const producer = new Producer({ backend });
  const handler = site({ backend, producer, secret, about, restart, files: pageFiles() });
  const server = createServer(nodeListener(handler)).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};
