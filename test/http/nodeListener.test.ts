import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RedisBackend } from '../../src/backend/redisBackend.js';
import { type Handler, nodeListener, remoteAddress, taskEvents } from '../../src/http/index.js';
import { inShort, Reading } from './reading.js';

let backend: RedisBackend;
let server: Server | undefined;
beforeEach(() => {
  backend = new RedisBackend({ url: 'memory://' });
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  await backend.close()();
});

const serving = async (handler: Handler): Promise<string> => {
  server = createServer(nodeListener(handler)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const isWatched = (): boolean => backend.resultConsumer.isFollowing('a');

describe('a listener of Node', () => {
  it('streams to a GET and to a POST', async () => {
    const url = await serving(taskEvents(backend, { authorize: () => true }));
    await backend.markAsDone('a', 1)();
    const body = new URLSearchParams({ task: 'a' });
    for (const response of [fetch(`${url}/?task=a`), fetch(url, { method: 'POST', body })]) {
      const events = await new Reading(await response).all();
      expect(events.map(inShort)).toEqual(['state a SUCCESS', 'end']);
    }
  });

  it('leaves the channels when its reader goes', async () => {
    const url = await serving(taskEvents(backend, { authorize: () => true }));
    const reader = new AbortController();
    await fetch(`${url}/?task=a`, { signal: reader.signal });
    await expect.poll(isWatched).toBe(true);
    reader.abort();
    await expect.poll(isWatched).toBe(false);
  });

  it('makes no more than a slow reader takes', async () => {
    let made = 0;
    const chunk = new Uint8Array(64 * 1024);
    const endless = () =>
      new ReadableStream<Uint8Array>(
        {
          pull: (controller) => {
            made += 1;
            controller.enqueue(chunk);
          },
        },
        { highWaterMark: 0 },
      );
    const url = await serving(async () => new Response(endless()));
    const socket = connect(Number(new URL(url).port));
    socket.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => made).toBeGreaterThan(1);
    let before = -1;
    await expect
      .poll(
        () => {
          const rose = made - before;
          before = made;
          return rose;
        },
        { interval: 200 },
      )
      .toBe(0);
    socket.destroy();
  });

  it('takes any Host and any path for what they are: nothing to it', async () => {
    const url = await serving(async (request) => new Response(new URL(request.url).search));
    const { port } = new URL(url);
    const asked = httpRequest({ port, host: '127.0.0.1', path: '//evil/?a', setHost: false });
    asked.setHeader('host', 'in valid');
    asked.end();
    const [response] = await once(asked, 'response');
    expect(response.statusCode).toBe(200);
    response.resume();
  });

  it('hears the next request on a connection whose last one had a body that nobody read', async () => {
    const url = await serving(taskEvents(backend, { authorize: () => true }));
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const ask = async (request: string): Promise<string> => {
      const answer = once(socket, 'data');
      socket.write(request);
      return String((await answer)[0]).slice(9, 12);
    };
    const post = (type: string, length: number): string =>
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`;
    expect(await ask(post('application/json', 1_000_000))).toBe('415');
    expect(await ask(post('application/x-www-form-urlencoded', 3_000_000))).toBe('413');
    expect(await ask('GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('400');
    socket.destroy();
  });

  it('answers 400 to what is no request of Fetch', async () => {
    const url = await serving(async () => new Response('x'));
    const { port } = new URL(url);
    const asked = httpRequest({ port, host: '127.0.0.1', method: 'TRACE' }).end();
    const [response] = await once(asked, 'response');
    expect(response.statusCode).toBe(400);
    response.resume();
  });

  it('tells from where a request came', async () => {
    const url = await serving(async (request) => new Response(remoteAddress(request)));
    expect(await (await fetch(url)).text()).toBe('127.0.0.1');
    expect(remoteAddress(new Request('http://localhost/'))).toBeUndefined();
  });

  it('sends each cookie that a handler sets, and cuts off what broke on its way', async () => {
    const headers: Array<[string, string]> = ['a=1', 'b=2'].map((each) => ['set-cookie', each]);
    let chunks = 0;
    const url = await serving(async () => {
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          chunks += 1;
          if (chunks > 1) controller.error(new Error('broken'));
          else controller.enqueue(new Uint8Array(1));
        },
      });
      return new Response(body, { headers });
    });
    const response = await fetch(url);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    await expect(response.text()).rejects.toThrow();
  });

  it('answers 500 where a handler rejects', async () => {
    const url = await serving(() => Promise.reject(new Error('secret')));
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([500, '']);
  });
});
