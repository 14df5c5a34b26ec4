/** Whoever opens a socket: no byte leaves before TLS and the credentials are settled. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, connect as netConnect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { RedisBackend } from '../../src/index.js';
import { makeCertificates } from './certificates.js';
import { describeRedis } from './redisServer.js';
import { keyOf, left, metaText, observe, onRedis, right, taskIds, until } from './scenario.js';

const quiet = { warn: () => {}, error: () => {} };

describeRedis('a socket', () => {
  it.each([
    ['the client', (backend: RedisBackend) => backend.client.ping()],
    ['a command', (backend: RedisBackend) => backend.get('x')()],
    ['a watch', (backend: RedisBackend) => backend.asyncResult('x').get({ timeout: 1 })()],
  ])('speaks TLS from its first byte on, where %s is the first to need it', async (_, use) => {
    const heard: Array<Buffer> = [];
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (bytes) => {
        heard.push(bytes);
        socket.destroy();
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const backend = new RedisBackend({
      url: `rediss://bob:sesame@127.0.0.1:${port}/0?ssl_cert_reqs=none`,
      retryPolicy: { maxRetries: 0 },
      logger: quiet,
    });
    const using = Promise.resolve(use(backend)).catch(() => {});
    await until(() => heard.length > 0);
    await right(backend.close());
    await using;
    server.close();
    for (const bytes of heard) {
      expect(bytes[0]).toBe(0x16);
      expect(bytes.includes('sesame')).toBe(false);
    }
  });

  it('tells a TLS server the host of the URL', () =>
    onRedis(async ({ server }) => {
      const directory = mkdtempSync(join(tmpdir(), 'chordis-sni-'));
      const { ca, serverCert, serverKey } = makeCertificates(directory);
      const names: Array<string | false | null> = [];
      const tls = createTlsServer(
        { cert: readFileSync(serverCert), key: readFileSync(serverKey) },
        (client: TLSSocket) => {
          names.push(client.servername);
          const upstream = netConnect(server.port, '127.0.0.1');
          for (const socket of [client, upstream]) socket.on('error', () => {});
          client.pipe(upstream).pipe(client);
        },
      );
      await once(tls.listen(0), 'listening');
      const { port } = tls.address() as AddressInfo;
      const backend = new RedisBackend({
        url: `rediss://localhost:${port}/0`,
        ssl: { sslCertReqs: 'required', sslCaCerts: ca },
        logger: quiet,
      });
      const waited = right(backend.asyncResult('a').get());
      await right(backend.storeResult('a', 1, 'SUCCESS'));
      expect(await waited).toBe(1);
      expect(await backend.client.ping()).toBe('PONG');
      await right(backend.close());
      tls.close();
      expect(names).toEqual(['localhost', 'localhost', 'localhost']);
      rmSync(directory, { recursive: true });
    }));

  it('asks the provider for its credentials, whoever opens it', () =>
    onRedis(
      async ({ server, backend }) => {
        let asked = 0;
        const credentials = async () => {
          asked += 1;
          return { username: 'app', password: 'first' };
        };
        const one = backend({ url: server.url(), credentials });
        expect(await one.client.ping()).toBe('PONG');
        expect(asked).toBe(1);
        expect(await right(one.getState('a'))).toBe('PENDING');
        expect(asked).toBe(2);
        expect(new Set((await server.clients()).map(({ user }) => user))).toEqual(new Set(['app']));
      },
      { users: ['app on >first ~* &* +@all'] },
    ));

  it('is made with a provider that fails for a moment, or lags behind a rotation', () =>
    onRedis(
      async ({ server, backend }) => {
        const answers = [
          () => ({ username: 'app', password: 'first' }),
          () => {
            throw new Error('rate exceeded');
          },
          () => ({ username: 'app', password: 'stale' }),
        ];
        const good = answers[0] as () => { username: string; password: string };
        const one = backend({
          url: server.url(),
          credentials: async () => (answers.shift() ?? good)(),
          retryPolicy: { intervalMax: 0.05, intervalStep: 0.05 },
        });
        const [id = ''] = taskIds(1);
        const seen = observe(one.resultConsumer.consumeFrom(id));
        await right(one.onTaskCall(null, id));
        await server.killClients('pubsub');
        await until(async () => (await server.numsub(keyOf(id))) === 1);
        await server.admin.publish(keyOf(id), metaText(id, 'SUCCESS', 5));
        await seen.ended;
        expect(answers).toEqual([]);
      },
      { users: ['app on >first ~* &* +@all'] },
    ));

  it('shows no password in an error, a log, or in what is printed of a backend', () =>
    onRedis(async ({ server, backend, log }) => {
      for (const query of ['', '?protocol=2']) {
        const url = `redis://bob:s3same@127.0.0.1:${server.port}/0${query}`;
        const one = backend({ url, retryPolicy: { maxRetries: 0 } });
        one.client.on('error', () => {});
        const refused = [
          await left(one.getState('a')),
          await left(one.asyncResult('a').get()),
          await one.client.ping().catch((error: unknown) => error),
        ];
        const everything = { depth: 12, showHidden: true, maxStringLength: null } as const;
        const shown = [
          ...refused.map((error) => inspect(error, everything)),
          ...[one, one.resultConsumer, one.client, one.asyncResult('a'), one.getState('a')].map(
            (public_) => inspect(public_, everything),
          ),
          inspect(one, { ...everything, customInspect: false }),
          JSON.stringify(one),
          one.asUri(),
          ...log,
        ];
        expect(shown.filter((text) => text.includes('s3same'))).toEqual([]);
        expect(one.asUri(true)).toContain('s3same');
      }
    }));

  it('says why where both addresses of a host refuse', async () => {
    const backend = new RedisBackend({
      url: 'redis://localhost:1/0',
      retryPolicy: { maxRetries: 0 },
      logger: quiet,
    });
    expect((await left(backend.getState('a'))).message).toMatch(/ECONNREFUSED/);
    await right(backend.close());
  });
});
