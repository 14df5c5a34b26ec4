/**
 * `nodeListener`: a handler of Fetch's kind for Node's own `http`.
 *
 * @since 0.1.0
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { EventFeed } from './eventFeed.js';
import { feedOf } from './eventStream.js';
import type { Handler } from './taskEvents.js';

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

/**
 * A listener for Node's `http`, as Express, Fastify (`reply.hijack()`, then `request.raw` and
 * `reply.raw`) and Koa (`ctx.respond = false`, then `ctx.req` and `ctx.res`) take it. A reader
 * who is slow is waited for, and one who goes ends what the handler watches.
 *
 * @example
 * import { createServer } from 'node:http'
 * import { RedisBackend } from 'chordis'
 * import { nodeListener, taskEvents } from 'chordis/http'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * const listener = nodeListener(taskEvents(backend, { authorize: () => true }))
 * const server = createServer(listener).listen(0, () => {
 *   server.close()
 *   backend.close()()
 * })
 *
 * @category conversions
 * @since 0.1.0
 */
export const nodeListener =
  (handler: Handler): RequestListener =>
  (incoming, outgoing) => {
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    respond(handler, incoming, outgoing, gone.signal).catch(() => {
      // what has begun is not to look whole
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(500).end();
    });
  };

/**
 * The address that a request of `nodeListener` came from, as a name for its client: that of a
 * proxy, where there is one. `undefined` for other requests.
 *
 * @example
 * import { RedisBackend } from 'chordis'
 * import { remoteAddress, taskEvents } from 'chordis/http'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * const limit = { streams: 6, of: remoteAddress }
 * taskEvents(backend, { authorize: () => true, limit })
 * await backend.close()()
 *
 * @category destructors
 * @since 0.1.0
 */
export const remoteAddress = (request: Request): string | undefined => addresses.get(request);

const addresses = new WeakMap<Request, string>();

// -------------------------------------------------------------------------------------
// requests and responses
// -------------------------------------------------------------------------------------

const respond = async (
  handler: Handler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  gone: AbortSignal,
): Promise<void> => {
  const request = requestOf(incoming, gone);
  if (request === undefined) return void outgoing.writeHead(400).end();
  const { remoteAddress } = incoming.socket;
  if (remoteAddress !== undefined) addresses.set(request, remoteAddress);
  const { status, headers, body } = await handler(request);
  const cookies = headers.getSetCookie();
  outgoing.writeHead(status, {
    ...Object.fromEntries(headers),
    // the one header that may come several times
    ...(cookies.length > 0 && { 'set-cookie': cookies }),
  });
  outgoing.flushHeaders();
  const feed = body === null ? undefined : feedOf(body);
  if (feed !== undefined) return tell(feed, outgoing);
  if (body !== null) await write(body, outgoing, gone);
  outgoing.end();
};

/** Each text as it comes, the next once it is taken. What a tick brings makes one text. */
const tell = (feed: EventFeed, outgoing: ServerResponse): void => {
  const next = (): void => feed.next(take);
  const take = (text: string | undefined): void => {
    if (text === undefined) outgoing.end();
    else if (outgoing.write(text)) queueMicrotask(next);
    else outgoing.once('drain', next);
  };
  outgoing.once('close', () => feed.leave());
  next();
};

/**
 * A handler goes by the parameters alone, so that a `Host` of any kind does. `undefined` for
 * what Fetch has no request for, such as a TRACE, or a URL with a password.
 */
const requestOf = (incoming: IncomingMessage, signal: AbortSignal): Request | undefined => {
  const { method = 'GET', url = '/', headers } = incoming;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const init: RequestInit = {
    method,
    headers: Object.entries(headers).flatMap(([name, value]) =>
      // those of HTTP/2 that are none
      name.startsWith(':') || value === undefined
        ? []
        : [[name, Array.isArray(value) ? value.join(', ') : value] as [string, string]],
    ),
    signal,
    ...(hasBody && { body: bodyOf(incoming), duplex: 'half' }),
  };
  try {
    return new Request(new URL(url.replace(/^\/+/, '/'), 'http://localhost'), init);
  } catch {
    return undefined;
  }
};

/**
 * Nothing is taken of it before somebody reads: what nobody reads, Node lets go by once it is
 * answered, and else the next request on the connection would not be heard. What is not read
 * to its end is let go by as well.
 */
const bodyOf = (incoming: IncomingMessage): ReadableStream<Uint8Array> => {
  const chunks = incoming.iterator({ destroyOnReturn: false });
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const chunk = await chunks.next();
        if (chunk.done) controller.close();
        else controller.enqueue(chunk.value);
      },
      cancel: async () => {
        await chunks.return?.();
        incoming.resume();
      },
    },
    { highWaterMark: 0 },
  );
};

/** As fast as it is taken. */
const write = async (
  body: ReadableStream<Uint8Array>,
  outgoing: ServerResponse,
  gone: AbortSignal,
): Promise<void> => {
  const reader = body.getReader();
  const leave = (): void => void reader.cancel().catch(() => undefined);
  if (gone.aborted) return leave();
  gone.addEventListener('abort', leave);
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    if (!outgoing.write(chunk.value)) await taken(outgoing);
  }
};

const taken = (outgoing: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      outgoing.off('drain', done).off('close', done);
      resolve();
    };
    if (outgoing.destroyed) return resolve();
    outgoing.on('drain', done).on('close', done);
  });
