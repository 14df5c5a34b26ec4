import { afterAll, beforeAll } from 'vitest';
import { type Connected as Backend, connect } from '../../src/backend/connect.js';
import { fromRun } from '../../src/operation/operation.js';
import { expectNoLeaks } from '../integration/leaks.js';
import {
  describeRedis,
  type RedisOptions,
  type RedisServer,
  startRedis,
} from '../integration/redisServer.js';
import { conformance } from '../port/conformance.js';

/** The suite on a server of its own, at which nothing of it may be left. */
const onServer = (
  name: string,
  urlOf: (server: RedisServer) => string,
  { overlaps = false, ...options }: RedisOptions & { readonly overlaps?: boolean } = {},
): void => {
  describeRedis(`with ${name}`, () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await startRedis(options);
    });
    afterAll(async () => {
      await expectNoLeaks(server);
      await server.stop();
    });

    conformance('ioredis', async () => {
      const { connection }: Backend = connect({ url: urlOf(server) });
      return {
        connection,
        release: async () => {
          await fromRun(connection.close)();
        },
        ttl: (key) => server.admin.ttl(key),
        overlaps,
      };
    });
  });
};

onServer('RESP3', (server) => server.url());
onServer('RESP2', (server) => `${server.url()}?protocol=2`, { overlaps: true });
onServer(
  'TLS',
  (server) => `${server.url()}?ssl_cert_reqs=required&ssl_ca_certs=${server.certificates?.ca}`,
  { tls: true },
);
onServer('a Unix socket', (server) => `redis+socket://${server.socketPath}`, { unixsocket: true });
onServer('four connections', (server) => `${server.url()}?max_connections=4`);
