/**
 * Why a server hangs up. Redis turns a client away with one line and drops the socket; where
 * the client has written by then, the line is lost on the way. So one more socket is opened
 * that only listens.
 *
 * @since 0.1.0
 */
import { createConnection } from 'node:net';
import type { Address } from '../config/address.js';

/** In milliseconds. */
const PATIENCE = 200;

/** The error that the server at `address` greets with, if any. Not over TLS, where nothing is said in the clear. */
export const toldAtTheDoor = (address: Address): Promise<Error | undefined> => {
  if (address._tag === 'Tcp' && address.tls !== null) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const socket = createConnection(
      address._tag === 'Tcp' ? { host: address.host, port: address.port } : { path: address.path },
    );
    let said = '';
    const end = (): void => {
      clearTimeout(patience);
      socket.destroy();
      const [, line] = /^-([^\r\n]+)/.exec(said) ?? [];
      resolve(line === undefined ? undefined : new Error(line));
    };
    const patience = setTimeout(end, PATIENCE);
    socket.setEncoding('utf8');
    socket.on('error', end).on('close', end);
    socket.on('data', (text: string) => {
      said += text;
      if (said.includes('\n')) end();
    });
  });
};
