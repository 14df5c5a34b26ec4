/**
 * `npm run example -- sse`: a task's states pushed to a browser, as Server-Sent Events.
 *
 * - A browser that leaves is unsubscribed from Redis at once.
 * - One that comes back says by Last-Event-ID which state it has seen last. States that
 *   have come since are told by the latest of them; one that it has seen already is not
 *   told again; and after a ready one it is sent away for good, by 204.
 * - A slow reader is not told what it has no room for, except the ready state.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RedisBackend, states, type TaskMeta } from 'chordis';
import * as Rx from 'rxjs';

const backend = new RedisBackend({ url: process.env.REDIS_URL ?? 'memory://', expires: 60 });

// -------------------------------------------------------------------------------------
// the endpoint: GET /tasks/<id>
// -------------------------------------------------------------------------------------

/** Proxies close a connection that is silent for long. */
const KEEP_ALIVE_MS = 15_000;

/** The event's id is the state and a digest of what it tells: enough to know it again, on any server. */
const toEvent = ({ status, result }: TaskMeta) => {
  const data = JSON.stringify({ status, result }, (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  const digest = createHash('sha256').update(data).digest('base64url').slice(0, 16);
  return { id: `${status}:${digest}`, data, isReady: states.isReady(status) };
};

const handle = (request: IncomingMessage, response: ServerResponse): void => {
  const taskId = decodeURIComponent(request.url?.split('/')[2] ?? '');
  const seen = String(request.headers['last-event-id'] ?? '');
  if (taskId === '') {
    response.writeHead(404).end();
    return;
  }
  if (states.isReady(seen.split(':')[0] ?? '')) {
    response.writeHead(204).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.flushHeaders();

  const events$ = backend.resultConsumer.consumeFrom(taskId).pipe(
    Rx.map(toEvent),
    Rx.skipWhile(({ id }) => id === seen),
    Rx.filter(({ isReady }) => isReady || !response.writableNeedDrain),
    Rx.map(({ id, data }) => `id: ${id}\ndata: ${data}\n\n`),
  );
  const keepAlive$ = Rx.interval(KEEP_ALIVE_MS).pipe(Rx.map(() => ': keep-alive\n\n'));

  events$
    .pipe(
      Rx.connect((shared$) => Rx.merge(shared$, keepAlive$.pipe(Rx.takeUntil(ended(shared$))))),
      Rx.takeUntil(Rx.fromEvent(response, 'close')),
    )
    .subscribe({
      next: (text) => response.write(text),
      complete: () => response.end(),
      // The browser comes back by itself, and says what it has seen.
      error: () => response.destroy(),
    });
};

const ended = (source$: Rx.Observable<unknown>): Rx.Observable<void> =>
  source$.pipe(Rx.ignoreElements(), Rx.endWith(undefined));

// -------------------------------------------------------------------------------------
// a browser
// -------------------------------------------------------------------------------------

/** What `new EventSource(url)` receives, until the endpoint or the reader ends it. */
async function* eventSource(url: string, lastEventId: string): AsyncGenerator<string> {
  const response = await fetch(url, { headers: { 'last-event-id': lastEventId } });
  if (response.body === null) return;
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const [rest = '', ...events] = (text + chunk).split('\n\n').reverse();
    yield* events.reverse();
    text = rest;
  }
}

/** Reads at most so many events; the id of the last one. */
const visit = async (url: string, lastEventId: string, atMost: number): Promise<string> => {
  let id = lastEventId;
  let count = 0;
  for await (const event of eventSource(url, lastEventId)) {
    id = /^id: (.*)$/m.exec(event)?.[1] ?? id;
    console.log(' ', /^data: (.*)$/m.exec(event)?.[1]);
    count += 1;
    if (count === atMost) break;
  }
  return id;
};

// -------------------------------------------------------------------------------------
// a visit, an absence, and a return
// -------------------------------------------------------------------------------------

const taskId = randomUUID();
const store = (done: number) => backend.storeResult(taskId, { done }, 'PROGRESS')();

const server = createServer(handle).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const { port } = server.address() as AddressInfo;
const url = `http://127.0.0.1:${port}/tasks/${taskId}`;

console.log('The browser looks, and goes:');
await store(1);
const seen = await visit(url, '', 1);

console.log('Meanwhile the task goes on. The browser comes back:');
await store(2);
await store(3);
setTimeout(() => backend.markAsDone(taskId, 'thumbnail.png')(), 200);
const last = await visit(url, seen, Number.POSITIVE_INFINITY);

console.log('It asks once more, as an EventSource does, and is told that this is all:');
console.log(' ', (await fetch(url, { headers: { 'last-event-id': last } })).status);

server.close();
server.closeAllConnections();
await backend.close()();
