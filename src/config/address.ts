/**
 * `ConnectionParameters`: which Redis to talk to and how, once the URL and the options
 * beside it have been read. Nothing here is optional any more.
 *
 * @since 0.1.0
 */
import type { TlsOptions } from './tls.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What an option may set and the query of the URL may override. Times are in seconds.
 *
 * @category model
 * @since 0.1.0
 */
export interface LinkSettings {
  readonly maxConnections: number;
  /** The deadline of a reply. */
  readonly socketTimeout: number;
  readonly socketConnectTimeout: number;
  readonly socketKeepalive: boolean;
  /** Between two PINGs; 0 sends none. */
  readonly healthCheckInterval: number;
  readonly clientName: string;
}

interface Remote {
  readonly db: number;
  readonly username: string | null;
  readonly password: string | null;
  readonly settings: LinkSettings;
  /** What the URL's query holds besides, unread. */
  readonly query: Readonly<Record<string, string>>;
}

/**
 * @category model
 * @since 0.1.0
 */
export interface Tcp extends Remote {
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
export interface Socket extends Remote {
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
  readonly db: number;
}

/**
 * @category model
 * @since 0.1.0
 */
export type ConnectionParameters = Tcp | Socket | Memory;

// -------------------------------------------------------------------------------------
// destructors
// -------------------------------------------------------------------------------------

/**
 * The address as an error names it: `host:port`, a path, or `memory`. Never a secret.
 *
 * @category destructors
 * @since 0.1.0
 */
export const address = (parameters: ConnectionParameters): string => {
  switch (parameters._tag) {
    case 'Tcp':
      return `${bracketed(parameters.host)}:${parameters.port}`;
    case 'Socket':
      return parameters.path;
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
