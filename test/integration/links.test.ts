import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { SslParameters } from '../../src/index.js';
import { makeCertificates } from './certificates.js';
import { describeEachServer, describeRedis } from './redisServer.js';
import { keyOf, left, observe, on, onRedis, right, timed, until } from './scenario.js';

describeRedis('a link over TLS', () => {
  it('verifies the server by the authority that it is given', () =>
    onRedis(
      async ({ server, backend }) => {
        const sslCaCerts = server.certificates?.ca;
        const one = backend({ ssl: { sslCertReqs: 'required', sslCaCerts } });
        const waited = right(one.asyncResult('a').get());
        await right(one.storeResult('a', 1, 'SUCCESS'));
        expect(await waited).toBe(1);
      },
      { tls: true },
    ));

  it('refuses a server of another authority, or of none that it knows', () =>
    onRedis(
      async ({ server, backend }) => {
        const directory = mkdtempSync(join(tmpdir(), 'chordis-ca-'));
        const { ca } = makeCertificates(directory);
        for (const ssl of [
          { sslCertReqs: 'required', sslCaCerts: ca },
          { sslCertReqs: 'optional' },
        ]) {
          const one = backend({ ssl, retryPolicy: { maxRetries: 0 } });
          expect(await left(one.get('x'))).toMatchObject({
            _tag: 'RetryLimitExceeded',
            cause: {
              _tag: 'ConnectionError',
              sent: false,
              address: `127.0.0.1:${server.port}`,
              message: expect.stringMatching(/certificate/),
            },
          });
          expect(await left(one.asyncResult('a').get())).toMatchObject({
            _tag: 'RetryLimitExceeded',
          });
        }
        rmSync(directory, { recursive: true });
      },
      { tls: true },
    ));

  it('takes any server where it is told to, and warns of it', () =>
    onRedis(
      async ({ backend, log }) => {
        expect(await right(backend({ ssl: { sslCertReqs: 'none' } }).incr('n'))).toBe(1);
        expect(log).toEqual([expect.stringContaining('not verified')]);
      },
      { tls: true },
    ));

  it('shows its certificate where the server asks for one', () =>
    onRedis(
      async ({ server, backend }) => {
        const { ca, clientCert, clientKey } = server.certificates ?? {};
        const ssl: SslParameters = { sslCertReqs: 'required', sslCaCerts: ca };
        const known = backend({ ssl: { ...ssl, sslCertfile: clientCert, sslKeyfile: clientKey } });
        expect(await right(known.incr('n'))).toBe(1);
        // The admin needs no more than a certificate of the same authority.
        await server.cli('CONFIG', 'SET', 'tls-auth-clients', 'yes');
        await server.killClients('normal');
        expect(await right(known.get('x'))).toMatchObject({ _tag: 'None' });
        const stranger = backend({ ssl, retryPolicy: { maxRetries: 0 } });
        expect(await left(stranger.get('x'))).toMatchObject({
          _tag: 'RetryLimitExceeded',
          cause: { _tag: 'ConnectionError' },
        });
      },
      { tls: true },
    ));

  it('reads certificates anew at each connect, and names one that it cannot read', () =>
    onRedis(
      async ({ server, backend }) => {
        const sslCaCerts = join(server.directory, 'later.crt');
        const one = backend({ ssl: { sslCertReqs: 'required', sslCaCerts } });
        expect(await left(one.get('x'))).toMatchObject({
          _tag: 'ImproperlyConfigured',
          option: 'ssl_ca_certs',
        });
        writeFileSync(sslCaCerts, server.certificates?.clientOptions.ca?.toString() ?? '');
        expect(await right(one.get('x'))).toMatchObject({ _tag: 'None' });
      },
      { tls: true },
    ));
});

describeEachServer('a link', (make) => {
  const onRedis = on(make);

  it('goes through a Unix socket, to the database that virtual_host tells', () =>
    onRedis(
      async ({ server, backend }) => {
        const one = backend({ url: `redis+socket://${server.socketPath}?virtual_host=2` });
        const waited = right(one.asyncResult('a').get());
        await right(one.storeResult('a', 1, 'SUCCESS'));
        expect(await waited).toBe(1);
        expect((await server.clients()).map(({ fields }) => fields.db)).toEqual(['2', '2']);
      },
      { unixsocket: true },
    ));

  it('to a database that does not exist is an error at once, and nothing goes to database 0', () =>
    onRedis(async ({ server, backend }) => {
      const one = backend({ url: server.url(99) });
      const told = { _tag: 'ResponseError', command: 'SELECT', key: '99' };
      const took = await timed(async () => {
        // Some while the link is made, some when it has just been refused.
        for (let i = 0; i < 200; i += 1) {
          const stored = left(one.set(`key-${i}`, 'value'));
          await (i % 2 === 0 ? new Promise(setImmediate) : stored);
          expect(await stored).toMatchObject(told);
        }
        expect(await left(one.incr('n'))).toMatchObject(told);
        expect(await left(one.asyncResult('a').get())).toMatchObject(told);
      });
      expect(took).toBeLessThan(3000);
      expect(await server.admin.dbsize()).toBe(0);
    }));

  it('keeps to maxConnections however much is asked for', () =>
    onRedis(async ({ server, backend }) => {
      const one = backend({ maxConnections: 4 });
      await Promise.all(Array.from({ length: 2000 }, () => right(one.incr('n'))));
      expect(await server.clients()).toHaveLength(4);
      expect(await server.admin.get('n')).toBe('2000');
    }));

  it('carries the global key prefix on keys and channels alike', () =>
    onRedis(async ({ server, backend }) => {
      const one = backend({ globalKeyprefix: 'acme' });
      const seen = observe(one.asyncResult('a').meta$);
      await until(async () => (await server.numsub(`acme_${keyOf('a')}`)) === 1);
      expect(await server.channels()).toEqual([`acme_${keyOf('a')}`]);
      await right(backend().storeResult('a', 'of nobody', 'SUCCESS'));
      await right(one.storeResult('a', 'of acme', 'SUCCESS'));
      await seen.ended;
      expect(seen.values).toMatchObject([{ result: 'of acme' }]);
      expect(await server.admin.exists(`acme_${keyOf('a')}`)).toBe(1);
    }));

  it('brings each message once where somebody else listens to its socket, too', () =>
    onRedis(async ({ server, backend }) => {
      let bytes = 0;
      const listen = (message: unknown): void => {
        (message as { readonly socket: Socket }).socket.on('data', ({ length }) => {
          bytes += length;
        });
      };
      subscribe('net.client.socket', listen);
      try {
        const one = backend();
        const seen = observe(one.asyncResult('a').meta$);
        await until(async () => (await server.numsub(keyOf('a'))) === 1);
        for (const percent of [10, 50]) await right(one.storeResult('a', percent, 'PROGRESS'));
        await right(one.storeResult('a', 'done', 'SUCCESS'));
        await seen.ended;
        expect(seen.values.map(({ result }) => result)).toEqual([10, 50, 'done']);
        expect(bytes).toBeGreaterThan(0);
      } finally {
        unsubscribe('net.client.socket', listen);
      }
    }));
});
