/**
 * A task's states as Server-Sent Events, for `new EventSource('/tasks/<id>')`.
 *
 * - A browser that leaves is unsubscribed from Redis at once.
 * - One that comes back says by Last-Event-ID which state it has seen last. States that
 *   have come since are told by the latest of them; one that it has seen already is not
 *   told again; and after a ready one it is sent away for good, by 204.
 * - A slow reader is not told what it has no room for, except the ready state.
 */
import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import querystring from 'node:querystring';
import { isReady, type RedisBackend, type TaskMeta } from 'chordis';
import * as Rx from 'rxjs';

/** Proxies close a connection that is silent for long. */
const KEEP_ALIVE_MS = 15_000;

/** The event's id is the state and a digest of what it tells: enough to know it again, on any server. */
const toEvent = ({ status, result }: TaskMeta) => {
  const data = JSON.stringify({ status, result }, (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  const digest = createHash('sha256').update(data).digest('base64url').slice(0, 16);
  return { id: `${encodeURIComponent(status)}:${digest}`, data, isReady: isReady(status) };
};

export const taskEvents =
  (backend: RedisBackend): RequestListener =>
  (request, response) => {
    const taskId = querystring.unescape(request.url?.split(/[/?]/)[2] ?? '');
    const seen = String(request.headers['last-event-id'] ?? '');
    if (taskId === '') {
      response.writeHead(404).end();
      return;
    }
    if (isReady(seen.split(':')[0] ?? '')) {
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
