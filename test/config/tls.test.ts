import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import { afterAll, describe, expect, it } from 'vitest';
import {
  connectionOptions,
  type SslParameters,
  tlsOptions,
  tlsWarning,
} from '../../src/config/tls.js';

const folder = mkdtempSync(join(tmpdir(), 'chordis-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const toNode = (ssl: SslParameters) =>
  pipe(
    tlsOptions(ssl),
    E.chain((tls) => connectionOptions(tls)()),
  );

const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

describe('tlsOptions', () => {
  it.each([
    ['CERT_REQUIRED', 'required'],
    ['CERT_OPTIONAL', 'optional'],
    ['CERT_NONE', 'none'],
    ['required', 'required'],
    ['optional', 'optional'],
    ['none', 'none'],
  ])('reads %s', (sslCertReqs, certReqs) => {
    expect(tlsOptions({ sslCertReqs })).toMatchObject(E.right({ certReqs }));
  });

  it.each([undefined, '', 'cert_required', 'NONE', 'constructor'])(
    'never leaves to a default whether the server is verified: refuses %s',
    (sslCertReqs) => {
      expect(tlsOptions({ sslCertReqs })).toMatchObject(
        E.left({
          _tag: 'ImproperlyConfigured',
          problem:
            'A rediss:// URL must have parameter ssl_cert_reqs and this must be set to CERT_REQUIRED, CERT_OPTIONAL, or CERT_NONE',
        }),
      );
    },
  );
});

describe('connectionOptions', () => {
  it('verifies the server and its name, also where that is called optional', () => {
    for (const sslCertReqs of ['required', 'optional']) {
      expect(toNode({ sslCertReqs })).toEqual(E.right({ rejectUnauthorized: true }));
    }
  });

  it('verifies the server but not its name where so told', () => {
    expect(toNode({ sslCertReqs: 'required', sslCheckHostname: false })).toEqual(
      E.right({ rejectUnauthorized: true, checkServerIdentity: expect.any(Function) }),
    );
  });

  it('verifies nothing where so told', () => {
    expect(toNode({ sslCertReqs: 'none', sslCheckHostname: true })).toEqual(
      E.right({ rejectUnauthorized: false, checkServerIdentity: expect.any(Function) }),
    );
  });

  it('takes PEM text as it is, and reads files', () => {
    const ssl = {
      sslCertReqs: 'required',
      sslCaCerts: PEM,
      sslCertfile: file('cert.pem', 'cert'),
      sslKeyfile: file('key.pem', 'key'),
      sslPassword: 'phrase',
    };
    expect(toNode(ssl)).toEqual(
      E.right({
        rejectUnauthorized: true,
        ca: [PEM],
        cert: 'cert',
        key: 'key',
        passphrase: 'phrase',
      }),
    );
  });

  it("looks for the key in the certificate's file where it has none of its own", () => {
    const sslCertfile = file('both.pem', 'both');
    expect(toNode({ sslCertReqs: 'required', sslCertfile })).toMatchObject(
      E.right({ cert: 'both', key: 'both' }),
    );
  });

  it('names the parameter whose file cannot be read', () => {
    expect(toNode({ sslCertReqs: 'required', sslCaCerts: join(folder, 'none') })).toMatchObject(
      E.left({ _tag: 'ImproperlyConfigured', option: 'ssl_ca_certs' }),
    );
  });
});

describe('connectionOptions of the other parameters', () => {
  it('trusts the authorities of each source that is named, and no others', () => {
    const rehashed = join(folder, 'rehashed');
    mkdirSync(rehashed);
    writeFileSync(join(rehashed, '0a1b2c3d.0'), 'first');
    writeFileSync(join(rehashed, '0a1b2c3d.1'), 'second');
    writeFileSync(join(rehashed, 'not-by-its-hash.pem'), 'third');
    const ssl = { sslCertReqs: 'required', sslCaData: PEM, sslCaPath: rehashed };
    const ca = [PEM, 'first', 'second'];
    expect(toNode(ssl)).toMatchObject(E.right({ ca }));
    expect(toNode({ ...ssl, sslCaCerts: file('ca.pem', 'zeroth') })).toMatchObject(
      E.right({ ca: ['zeroth', ...ca] }),
    );
  });

  it('refuses a folder of authorities that has none, rather than to trust those of Node', () => {
    const sslCaPath = join(folder, 'empty');
    mkdirSync(sslCaPath);
    const refused = E.left({
      _tag: 'ImproperlyConfigured',
      message: 'ssl_ca_path: cannot be read: no certificate by a name of openssl rehash',
    });
    expect(toNode({ sslCertReqs: 'required', sslCaPath })).toMatchObject(refused);
    expect(toNode({ sslCertReqs: 'required', sslCaPath: join(folder, 'none') })).toMatchObject(
      E.left({ _tag: 'ImproperlyConfigured', option: 'ssl_ca_path' }),
    );
  });

  it('passes on the oldest version, the ciphers, and where a chain may end', () => {
    const ssl = {
      sslCertReqs: 'required',
      sslMinVersion: 771,
      sslCiphers: 'TLS_AES_256_GCM_SHA384',
      sslIncludeVerifyFlags: ['VERIFY_X509_PARTIAL_CHAIN'],
    };
    expect(toNode(ssl)).toEqual(
      E.right({
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        ciphers: 'TLS_AES_256_GCM_SHA384',
        allowPartialTrustChain: true,
      }),
    );
  });
});

describe('tlsWarning', () => {
  it('warns where the server is not verified, and only there', () => {
    const warning = (sslCertReqs: string) =>
      pipe(O.fromEither(tlsOptions({ sslCertReqs })), O.chain(tlsWarning));
    expect(warning('CERT_NONE')).toMatchObject(O.some(expect.stringContaining('not verified')));
    expect(warning('CERT_OPTIONAL')).toEqual(O.none);
    expect(warning('CERT_REQUIRED')).toEqual(O.none);
  });
});
