/**
 * Where a store is.
 *
 * @since 0.1.0
 */
import type { TlsOptions } from './tls.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * @category model
 * @since 0.1.0
 */
export interface Tcp {
  readonly _tag: 'Tcp';
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions | null;
}

/**
 * A Unix domain socket.
 *
 * @category model
 * @since 0.1.0
 */
export interface Socket {
  readonly _tag: 'Socket';
  readonly path: string;
}

/**
 * The embedded, in-process store.
 *
 * @category model
 * @since 0.1.0
 */
export interface Memory {
  readonly _tag: 'Memory';
}

/**
 * What a socket is opened to.
 *
 * @category model
 * @since 0.1.0
 */
export type Address = Tcp | Socket;

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/**
 * The address as an error names it: `host:port`, a path, or `memory`. Never a secret.
 *
 * @category destructors
 * @since 0.1.0
 */
export const addressText = (address: Address | Memory): string => {
  switch (address._tag) {
    case 'Tcp':
      return `${bracketed(address.host)}:${address.port}`;
    case 'Socket':
      return address.path;
    case 'Memory':
      return 'memory';
  }
};

/**
 * A host as a URL writes it: an IPv6 address goes in brackets.
 *
 * @category destructors
 * @since 0.1.0
 */
export const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
