/** A TCP proxy that passes a few bytes a millisecond to its clients. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** In milliseconds. */
const BEAT = 4;

export const startSlowProxy = async (
  targetPort: number,
  bytesAMillisecond: number,
): Promise<{ readonly port: number; readonly close: () => Promise<unknown> }> => {
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const server = connect(targetPort, '127.0.0.1');
    let held = Buffer.alloc(0);
    server.on('data', (bytes) => {
      held = Buffer.concat([held, bytes]);
    });
    client.pipe(server);
    const beat = setInterval(() => {
      if (held.length === 0) return;
      client.write(held.subarray(0, BEAT * bytesAMillisecond));
      held = held.subarray(BEAT * bytesAMillisecond);
    }, BEAT);
    for (const socket of [client, server]) {
      sockets.add(socket);
      // each error is followed by `close`
      socket.on('error', () => {});
      socket.on('close', () => {
        clearInterval(beat);
        client.destroy();
        server.destroy();
      });
    }
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return once(listener.close(), 'close');
    },
  };
};
