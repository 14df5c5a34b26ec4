/**
 * How a page reaches its server, and when.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import { MAX_MILLISECONDS } from '../operation/maxWait.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Those who watch the same address with the same options share one connection.
 *
 * @category model
 * @since 0.1.0
 */
export interface WatchOptions {
  /** Ends the stream when it aborts, with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Asked before each request, so that a token can be renewed. */
  readonly headers?: () => Headers | Promise<Headers>;
  /** Default: the page's own; one of yours may say `credentials`. */
  readonly fetch?: typeof fetch;
  /** After how many seconds without a byte a connection is made anew. Default: 45. */
  readonly stallTimeout?: number;
  /** After how many seconds a hidden page lets go, until it is seen again; `Infinity` is never. Default: 60. */
  readonly hiddenAfter?: number;
  /** The longest wait before a connection is tried anew, in seconds, on top of a server's `Retry-After`. Default: 30. */
  readonly longestWait?: number;
  /** From 0 up to 1; the waits are drawn by it. Default: `Math.random`. */
  readonly random?: () => number;
  /** Where time is told. */
  readonly scheduler?: Rx.SchedulerLike;
}

type Headers = Readonly<Record<string, string>>;

export type Transport = Required<Omit<WatchOptions, 'signal'>>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const transport = (options: WatchOptions): Transport => ({
  headers: options.headers ?? noHeaders,
  fetch: options.fetch ?? pageFetch,
  stallTimeout: options.stallTimeout ?? 45,
  hiddenAfter: options.hiddenAfter ?? 60,
  longestWait: options.longestWait ?? 30,
  random: options.random ?? Math.random,
  scheduler: options.scheduler ?? Rx.asyncScheduler,
});

const noHeaders = (): Headers => ({});

/** A `fetch` that is put in the place of the page's later is called all the same. */
const pageFetch: typeof fetch = (...args) => globalThis.fetch(...args);

/** Whether they reach the server alike. */
export const isAlike = (one: Transport, other: Transport): boolean =>
  Object.entries(one).every(([name, value]) => Object.is(value, Reflect.get(other, name)));

// -------------------------------------------------------------------------------------
// time
// -------------------------------------------------------------------------------------

/**
 * How long to wait before the `n`th try, from 1 on: anything up to a bound that doubles, so
 * that the pages of a server that was started again do not come all at once.
 */
export const waitBefore = (
  n: number,
  { longestWait, random }: Transport,
  atLeast: number,
): number => milliseconds(atLeast + random() * Math.min(longestWait, 2 ** (n - 1)));

/** What is longer than a timer can wait, `Infinity` too, is as long as that. */
export const milliseconds = (seconds: number): number => Math.min(seconds * 1000, MAX_MILLISECONDS);

/** The part of a page that is needed; there is none on a server. */
interface Page {
  readonly document?: EventTarget & { readonly hidden: boolean };
  readonly addEventListener?: EventTarget['addEventListener'];
}

/** Whether anybody may be looking: `false` once the page has been hidden for so long. */
export const isSeen$ = ({ hiddenAfter, scheduler }: Transport): Rx.Observable<boolean> => {
  const { document } = globalThis as Page;
  if (document === undefined || hiddenAfter === Number.POSITIVE_INFINITY) return Rx.of(true);
  return Rx.fromEvent(document, 'visibilitychange').pipe(
    Rx.startWith(undefined),
    Rx.switchMap(() =>
      document.hidden
        ? Rx.timer(milliseconds(hiddenAfter), scheduler).pipe(Rx.map(() => false))
        : Rx.of(true),
    ),
    Rx.startWith(true),
    Rx.distinctUntilChanged(),
  );
};

/** The network is back, or the page is seen again: no time to wait. */
export const wake$ = (): Rx.Observable<unknown> => {
  const page = globalThis as Page;
  const { document } = page;
  return Rx.merge(
    page.addEventListener === undefined ? Rx.NEVER : Rx.fromEvent(page as EventTarget, 'online'),
    document === undefined
      ? Rx.NEVER
      : Rx.fromEvent(document, 'visibilitychange').pipe(Rx.filter(() => !document.hidden)),
  );
};
