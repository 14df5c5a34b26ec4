/**
 * A server of events without chordis, twice: by Node's `http` alone, the practical limit,
 * which writes the same bytes to every reader; and by better-sse, as its documentation has
 * it. Both listen to one channel, and miss what was stored before.
 */
import type { RequestListener, ServerResponse } from 'node:http';
import { Redis } from 'ioredis';
import { listening } from '../listening.js';
import { loadPackage } from '../packages.js';
import type { Peer } from '../peer.js';
import { keyOf, watchedTask } from '../tasks.js';

/** Of better-sse, what is used. */
interface BetterSse {
  readonly createChannel: () => {
    readonly register: (session: unknown) => unknown;
    readonly broadcast: (data: unknown, event: string, options: { eventId: string }) => unknown;
  };
  readonly createSession: (...args: Parameters<RequestListener>) => Promise<unknown>;
}

type Serve = (messages: Redis) => RequestListener;

const server =
  (serve: Serve): Peer =>
  async (port) => ({
    tellEvents: async (run) => {
      const redis = new Redis({ port });
      await redis.subscribe(keyOf(watchedTask(run)));
      return listening(serve(redis));
    },
  });

export const bareLoop: Peer = server((redis) => {
  const readers = new Set<ServerResponse>();
  let id = 0;
  redis.on('message', (_, meta) => {
    id += 1;
    const event = Buffer.from(`event: state\nid: ${id}\ndata: ${meta}\n\n`);
    for (const reader of readers) reader.write(event);
  });
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    readers.add(response);
    response.on('close', () => readers.delete(response));
  };
});

export const betterSse: Peer = server((redis) => {
  const { createChannel, createSession }: BetterSse = loadPackage('better-sse');
  const channel = createChannel();
  let id = 0;
  redis.on('message', (_, meta) => {
    id += 1;
    channel.broadcast(JSON.parse(meta), 'state', { eventId: `${id}` });
  });
  return async (request, response) => void channel.register(await createSession(request, response));
});
