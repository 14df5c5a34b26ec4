/**
 * One request, and the events that answer it.
 *
 * @since 0.1.0
 */
import { createParser } from 'eventsource-parser';
import * as Rx from 'rxjs';
import { milliseconds, type Transport } from './transport.js';
import { Refused } from './watchError.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Asked {
  readonly tasks: ReadonlyArray<string>;
  readonly groups: ReadonlyArray<string>;
  /** The id of the last event that has come. */
  after: string | undefined;
}

export interface ServerEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** It may do better later; in `seconds`, where the server says so. */
export class Lost extends Error {
  constructor(readonly seconds = 0) {
    super('The connection is lost');
  }
}

/** What is longer does not fit into every server's idea of a URL. */
const LONGEST_QUERY = 2000;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Completes where the server ends it; fails with `Refused` for what is final, and else with
 * whatever went wrong. Unsubscribed from, it hangs up. `answered` is called where the server
 * begins to tell.
 */
export const connection = (
  { fetch, headers, stallTimeout, scheduler }: Transport,
  endpoint: URL,
  asked: Asked,
  answered: () => void,
): Rx.Observable<ServerEvent> =>
  Rx.defer(() => {
    let events: Array<ServerEvent> = [];
    const parser = createParser({
      onEvent: ({ event = 'message', id, data }) => events.push({ event, id, data }),
    });
    const ask = async (signal: AbortSignal): Promise<Response> => {
      const own = { accept: 'text/event-stream', ...(await headers()) };
      return fetch(...requestOf(endpoint, asked, own, signal));
    };
    return chunks(ask, answered, () => scheduler.now()).pipe(
      // the server sends a comment where it has nothing else to say
      Rx.timeout({ each: milliseconds(stallTimeout), scheduler }),
      Rx.concatMap((text) => {
        events = [];
        parser.feed(text);
        return events;
      }),
    );
  });

/** Whether the server would answer: it is asked for one answer, which is not read. */
export const probe = (
  { fetch, headers, stallTimeout, scheduler }: Transport,
  endpoint: URL,
  asked: Asked,
): Rx.Observable<boolean> =>
  new Rx.Observable<boolean>((observer) => {
    const gone = new AbortController();
    const ask = async (): Promise<void> => {
      const own = { accept: 'application/json', ...(await headers()) };
      const response = await fetch(...requestOf(endpoint, asked, own, gone.signal));
      observer.next(response.ok || !isFinal(response.status));
      observer.complete();
    };
    ask().catch((error) => observer.error(error));
    return () => gone.abort();
  }).pipe(Rx.timeout({ each: milliseconds(stallTimeout), scheduler }));

// -------------------------------------------------------------------------------------
// requests and responses
// -------------------------------------------------------------------------------------

const requestOf = (
  endpoint: URL,
  { tasks, groups, after }: Asked,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): [url: string, init: RequestInit] => {
  const url = new URL(endpoint);
  const parameters = url.searchParams;
  for (const task of tasks) parameters.append('task', task);
  for (const group of groups) parameters.append('group', group);
  if (after !== undefined) parameters.set('after', after);
  if (url.search.length <= LONGEST_QUERY) {
    return [url.href, { headers, signal }];
  }
  const body = new URLSearchParams(parameters);
  return [endpoint.href, { method: 'POST', headers, body, signal }];
};

const chunks = (
  respond: (signal: AbortSignal) => Promise<Response>,
  answered: () => void,
  now: () => number,
): Rx.Observable<string> =>
  new Rx.Observable((observer) => {
    const gone = new AbortController();
    let leave = (): void => gone.abort();
    const read = async (): Promise<void> => {
      const { status, headers, body } = await respond(gone.signal);
      // all was told before
      if (status === 204) return;
      const isStream = headers.get('content-type')?.startsWith('text/event-stream');
      if (status !== 200 || !isStream || body === null) {
        body?.cancel().catch(() => undefined);
        if (isFinal(status)) throw new Refused(status);
        throw new Lost(secondsUntil(headers.get('retry-after'), now()));
      }
      if (!observer.closed) answered();
      const reader = body.getReader();
      leave = () => {
        // for a fetch that does not heed a signal
        reader.cancel().catch(() => undefined);
        gone.abort();
      };
      if (observer.closed) leave();
      const decoder = new TextDecoder();
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        observer.next(decoder.decode(chunk.value, { stream: true }));
      }
    };
    read().then(
      () => observer.complete(),
      (error) => observer.error(error),
    );
    return () => leave();
  });

/** A server says in how many seconds, or when; 0 where it says nothing that is understood. */
const secondsUntil = (text: string | null, now: number): number => {
  const seconds = Number(text ?? 0);
  const left = Number.isNaN(seconds) ? (Date.parse(text ?? '') - now) / 1000 : seconds;
  return left > 0 ? left : 0;
};

/** What is asked for is wrong; not when, or how often. */
const isFinal = (status: number): boolean =>
  status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;
