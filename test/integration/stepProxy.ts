/**
 * A proxy that counts what is written through it, and steps in at one write: just before
 * the server gets it, or once the server has answered it and nobody knows. The link is then cut.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Fault {
  /** Of the writes that change something, counted from 1 over all servers. */
  readonly step: number;
  readonly when: 'before' | 'after';
  /** What is done beside cutting the link. It is given the port of the server. */
  readonly strike: (port: number) => void;
}

export interface StepProxy {
  /** Of each server, in their order. */
  readonly ports: ReadonlyArray<number>;
  /** How many writes there were, by the name of their first command. */
  readonly steps: () => ReadonlyArray<string>;
  readonly close: () => Promise<void>;
}

// -------------------------------------------------------------------------------------
// constructor
// -------------------------------------------------------------------------------------

const WRITES = new Set(['EVALSHA', 'EVAL', 'LPUSH', 'MULTI', 'SET', 'DEL']);

export const startStepProxy = async (
  targets: ReadonlyArray<number>,
  { step, when, strike }: Fault,
): Promise<StepProxy> => {
  const steps: Array<string> = [];
  const sockets = new Set<Socket>();

  const accept = (target: number, client: Socket): void => {
    const server = connect({ host: '127.0.0.1', port: target, noDelay: true });
    let isOver = false;
    let isAnswerLost = false;
    const end = (): void => {
      isOver = true;
      client.destroy();
      server.destroy();
    };
    const stepIn = (): void => {
      strike(target);
      end();
    };
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on('data', (chunk: Buffer) => {
      if (isOver) return;
      const name = commandOf(chunk);
      if (WRITES.has(name) && steps.push(name) === step) {
        if (when === 'before') return stepIn();
        isAnswerLost = true;
      }
      server.write(chunk);
    });
    server.on('data', (chunk: Buffer) => {
      if (isOver) return;
      if (isAnswerLost) return stepIn();
      client.write(chunk);
    });
  };

  const listeners = await Promise.all(
    targets.map(async (target): Promise<Server> => {
      const listener = createServer((client) => accept(target, client));
      listener.listen(0, '127.0.0.1');
      await once(listener, 'listening');
      return listener;
    }),
  );
  return {
    ports: listeners.map((listener) => (listener.address() as AddressInfo).port),
    steps: () => steps,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(listeners.map((one) => new Promise((resolve) => one.close(resolve))));
    },
  };
};

/** The name of the first command. */
const commandOf = (chunk: Buffer): string =>
  (chunk.toString('latin1', 0, 64).split('\r\n')[2] ?? '').toUpperCase();
