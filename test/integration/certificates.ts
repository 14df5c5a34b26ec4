/**
 * A certificate authority of a test's own, with a server certificate for localhost and
 * a client certificate, made by the `openssl` command.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';

export interface Certificates {
  /** Files, as PEM. */
  readonly ca: string;
  readonly serverCert: string;
  readonly serverKey: string;
  readonly clientCert: string;
  readonly clientKey: string;
  /** What Node needs to trust the server and to be known by it. */
  readonly clientOptions: ConnectionOptions;
  /** What `redis-server` needs; a client certificate is verified where one is shown. */
  readonly serverArguments: ReadonlyArray<string>;
}

const SUBJECT_ALTERNATIVES = 'subjectAltName=DNS:localhost,IP:127.0.0.1';

export const makeCertificates = (directory: string): Certificates => {
  const file = (name: string): string => join(directory, name);
  const openssl = (...args: ReadonlyArray<string>): void => {
    execFileSync('openssl', args, { stdio: 'pipe' });
  };
  const newKey = (name: string): ReadonlyArray<string> => [
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', file(`${name}.key`), '-subj', `/CN=chordis ${name}`],
  ];
  const signed = (name: string): void => {
    openssl('req', ...newKey(name), '-out', file(`${name}.csr`));
    openssl(
      ...['x509', '-req', '-in', file(`${name}.csr`), '-out', file(`${name}.crt`), '-days', '2'],
      ...['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial'],
      ...['-extfile', file('san.cnf')],
    );
  };

  writeFileSync(file('san.cnf'), SUBJECT_ALTERNATIVES);
  openssl('req', '-x509', ...newKey('ca'), '-out', file('ca.crt'), '-days', '2');
  signed('server');
  signed('client');

  const ca = file('ca.crt');
  const [serverCert, serverKey] = [file('server.crt'), file('server.key')];
  const [clientCert, clientKey] = [file('client.crt'), file('client.key')];
  return {
    ca,
    serverCert,
    serverKey,
    clientCert,
    clientKey,
    clientOptions: {
      ca: readFileSync(ca),
      cert: readFileSync(clientCert),
      key: readFileSync(clientKey),
    },
    serverArguments: [
      ...['--tls-cert-file', serverCert, '--tls-key-file', serverKey],
      ...['--tls-ca-cert-file', ca, '--tls-auth-clients', 'optional'],
    ],
  };
};
