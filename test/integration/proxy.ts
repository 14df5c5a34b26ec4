/**
 * A TCP proxy between a client and a server whose link can be cut, silenced or
 * refused, and that keeps what each client wrote, chunk by chunk.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Link {
  /** What the client wrote, one element for each read off its socket, since `record()`. */
  readonly written: ReadonlyArray<Buffer>;
  readonly open: boolean;
}

export interface Proxy {
  readonly port: number;
  /** Links that are open. */
  readonly connections: () => number;
  /** Bytes read from clients and from the server, silenced ones included. */
  readonly bytes: () => { readonly fromClients: number; readonly fromServer: number };
  /** Links in the order they were made, closed ones included. */
  readonly links: () => ReadonlyArray<Link>;
  /** Begins to keep what clients write, and forgets what was kept. */
  readonly record: () => void;
  /** Destroys every link at once; new ones are accepted. */
  readonly cut: () => void;
  /** A black hole: links stay open and new ones are accepted, but nothing passes either way. */
  readonly silence: () => void;
  /** A black hole that takes the links of now alone, for good, as a balancer that forgets them. */
  readonly forget: () => void;
  /** Ends silence and refusal; what was held back is delivered in order. */
  readonly resume: () => void;
  /** Cuts every link and destroys each new one as soon as it is made. */
  readonly refuse: () => void;
  readonly close: () => Promise<void>;
}

// -------------------------------------------------------------------------------------
// constructor
// -------------------------------------------------------------------------------------

type Mode = 'forward' | 'silent' | 'refuse';

interface Pair extends Link {
  written: ReadonlyArray<Buffer>;
  open: boolean;
  isForgotten: boolean;
  readonly held: Array<() => void>;
  readonly destroy: () => void;
}

export const startProxy = async (targetPort: number, targetHost = '127.0.0.1'): Promise<Proxy> => {
  let mode: Mode = 'forward';
  let recording = false;
  let pairs: ReadonlyArray<Pair> = [];
  const bytes = { fromClients: 0, fromServer: 0 };

  const accept = (client: Socket): void => {
    if (mode === 'refuse') {
      client.destroy();
      return;
    }
    const server = connect({ host: targetHost, port: targetPort, noDelay: true });
    client.setNoDelay(true);
    const pair: Pair = {
      written: [],
      open: true,
      isForgotten: false,
      held: [],
      destroy: () => {
        pair.open = false;
        client.destroy();
        server.destroy();
      },
    };
    pairs = [...pairs, pair];

    const pass = (action: () => void): void => {
      if (pair.isForgotten) return;
      if (mode === 'silent') pair.held.push(action);
      else action();
    };
    client.on('data', (chunk: Buffer) => {
      bytes.fromClients += chunk.length;
      if (recording) pair.written = [...pair.written, chunk];
      pass(() => server.write(chunk));
    });
    server.on('data', (chunk: Buffer) => {
      bytes.fromServer += chunk.length;
      pass(() => client.write(chunk));
    });
    // A black hole hides the server's end from the client; the client's own is final.
    server.on('close', () => pass(() => client.destroySoon()));
    client.on('close', () => {
      pair.open = false;
      pair.held.length = 0;
      server.destroySoon();
    });
    // Each error is followed by `close`.
    client.on('error', () => {});
    server.on('error', () => {});
  };

  const listener = createServer(accept);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  const open = (): ReadonlyArray<Pair> => pairs.filter((pair) => pair.open);
  const cut = (): void => {
    for (const pair of open()) pair.destroy();
  };

  return {
    port: (listener.address() as AddressInfo).port,
    connections: () => open().length,
    bytes: () => ({ ...bytes }),
    links: () => pairs,
    record: () => {
      recording = true;
      for (const pair of pairs) pair.written = [];
    },
    cut,
    silence: () => {
      mode = 'silent';
    },
    forget: () => {
      for (const pair of open()) pair.isForgotten = true;
    },
    resume: () => {
      mode = 'forward';
      for (const pair of open()) for (const action of pair.held.splice(0)) action();
    },
    refuse: () => {
      mode = 'refuse';
      cut();
    },
    close: async () => {
      for (const pair of pairs) pair.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
};
