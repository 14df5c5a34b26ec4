/**
 * A proxy in front of a Redis that has some commands answered by an error, in their turn, or
 * hangs up on them.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The name of a command and its arguments, as text; each no longer than a line. */
export type Command = ReadonlyArray<string>;

/** The error to be answered, or that the client is hung up on; nothing lets it pass. */
export type Refuse = (command: Command) => string | 'hang up' | undefined;

export const startRefusingProxy = async (
  targetPort: number,
  refuse: Refuse,
): Promise<{ readonly url: string; readonly close: () => Promise<unknown> }> => {
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const server = connect(targetPort, '127.0.0.1');
    let held = Buffer.alloc(0);
    client.on('data', (bytes) => {
      held = Buffer.concat([held, bytes]);
      for (;;) {
        const next = commandOf(held);
        if (next === undefined) return;
        const refusal = refuse(next.command);
        if (refusal === 'hang up') client.destroy();
        else server.write(refusal === undefined ? held.subarray(0, next.end) : erring(refusal));
        held = held.subarray(next.end);
      }
    });
    server.pipe(client);
    for (const socket of [client, server]) {
      sockets.add(socket);
      // each error is followed by `close`
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        server.destroy();
      });
    }
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    url: `redis://127.0.0.1:${(listener.address() as AddressInfo).port}/0`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return once(listener.close(), 'close');
    },
  };
};

/** A command that the server answers by the error, so that replies keep their order. */
const erring = (error: string): string => {
  const lua = `return {err = [[${error}]]}`;
  return `*3\r\n$4\r\nEVAL\r\n$${lua.length}\r\n${lua}\r\n$1\r\n0\r\n`;
};

/** The first command of the bytes, where it is there as a whole. */
const commandOf = (bytes: Buffer) => {
  let at = 0;
  const line = (): string | undefined => {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const text = bytes.toString('latin1', at, end);
    at = end + 2;
    return text;
  };
  const count = line();
  if (count === undefined) return undefined;
  const command: Array<string> = [];
  for (let i = 0; i < Number(count.slice(1)); i += 1) {
    const size = line();
    if (size === undefined) return undefined;
    const end = at + Number(size.slice(1));
    if (end + 2 > bytes.length) return undefined;
    command.push(bytes.toString('latin1', at, Math.min(end, at + 100)));
    at = end + 2;
  }
  return { command, end: at };
};
