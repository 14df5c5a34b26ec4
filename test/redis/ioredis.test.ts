import { afterAll, beforeAll } from 'vitest';
import { type Connected as Backend, connect } from '../../src/backend/connect.js';
import { fromRun } from '../../src/operation/operation.js';
import { expectNoLeaks } from '../integration/leaks.js';
import {
  describeEachServer,
  describeRedis,
  type RedisOptions,
  type RedisServer,
  startRedis,
} from '../integration/redisServer.js';
import { chordConformance } from '../port/chordConformance.js';
import { conformance } from '../port/conformance.js';

type Options = RedisOptions & { readonly overlaps?: boolean };

/** The suite on a server of its own, at which nothing of it may be left. */
const onServer =
  (urlOf: (server: RedisServer) => string, { overlaps = false, ...options }: Options = {}) =>
  (): void => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await startRedis(options);
    });
    afterAll(async () => {
      await expectNoLeaks(server);
      await server.stop();
    });

    const open = async () => {
      const { connection }: Backend = connect({ url: urlOf(server) });
      return {
        connection,
        release: async () => {
          await fromRun(connection.close)();
        },
        ttl: (key: string) => server.admin.ttl(key),
        overlaps,
      };
    };
    conformance('ioredis', open);
    chordConformance('ioredis', open);
  };

const url = (server: RedisServer): string => server.url();
const resp2 = (server: RedisServer): string => `${server.url()}?protocol=2`;

describeEachServer('with RESP3', (make) => onServer(url, { make })());
describeEachServer('with RESP2', (make) => onServer(resp2, { make, overlaps: true })());
describeRedis(
  'with TLS',
  onServer(
    (server) => `${server.url()}?ssl_cert_reqs=required&ssl_ca_certs=${server.certificates?.ca}`,
    { tls: true },
  ),
);
describeRedis(
  'with a Unix socket',
  onServer((server) => `redis+socket://${server.socketPath}`, { unixsocket: true }),
);
describeRedis(
  'with four connections',
  onServer((server) => `${server.url()}?max_connections=4`),
);
