/**
 * What the reader of a stream of Server-Sent Events is told, as fast as it asks.
 *
 * - *unread*: nobody has asked for it yet, and nothing is watched.
 * - *waiting*: the reader has taken all there was, and asks for more. The next news goes out
 *   at once; where there is none for a while, a comment does.
 * - *busy*: the reader has not taken what was given last. What comes is put in the outbox.
 * - *over*: all was told, and `end` says so; or the reader has gone, the permission has
 *   expired, the store is out of reach. Nothing is watched any more. Without an `end` a reader
 *   comes back, with the id of the last event.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import { MAX_MILLISECONDS } from '../operation/maxWait.js';
import type { Listener } from './following.js';
import type { Outbox, OutEvent } from './outbox.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface EventFeedOptions {
  readonly outbox: Outbox;
  /** Watches what is put in the outbox. */
  readonly follow: (listener: Listener) => Rx.Subscription;
  readonly scheduler: Rx.SchedulerLike;
  /** In milliseconds. */
  readonly keepAlive: number;
  /** When to come back after a cut, in milliseconds. */
  readonly retry: number;
  /** By the scheduler's clock. */
  readonly until: number;
  /** Its signal aborts when the reader goes, in Node as long as somebody holds the request. */
  readonly request: Request;
  /** Called once, at the end. */
  readonly ended: () => void;
}

/** Takes the next events as text; `undefined` where there will be none. */
export type Answer = (text: string | undefined) => void;

/** Of the events that are given at once, in characters; at least one is. */
const AT_ONCE = 64 * 1024;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export class EventFeed {
  private readonly watching = new Rx.Subscription();
  private isRead = false;
  /** Of the reader who waits. */
  private answer: Answer | undefined;

  constructor(private readonly options: EventFeedOptions) {
    const { request, ended } = options;
    const { signal } = request;
    const leave = (): void => this.watching.unsubscribe();
    this.watching.add(ended);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    this.watching.add(() => signal.removeEventListener('abort', leave));
  }

  /** Answers once, now or later; only then may it be asked again. */
  next(answer: Answer): void {
    if (this.watching.closed) {
      answer(undefined);
    } else if (this.isRead) {
      this.answer = answer;
      this.tell();
    } else {
      this.begin();
      answer(`retry: ${this.options.retry}\n\n`);
    }
  }

  /** The reader has gone, and nothing can be given any more. */
  leave(): void {
    this.answer = undefined;
    this.watching.unsubscribe();
  }

  private begin(): void {
    const { follow, scheduler, until, keepAlive } = this.options;
    this.isRead = true;
    const cut = (): void => this.watching.unsubscribe();
    this.watching.add(() => this.give(undefined));
    this.watching.add(Rx.interval(keepAlive, scheduler).subscribe(() => this.give(': here\n\n')));
    const left = until - scheduler.now();
    if (left <= MAX_MILLISECONDS) this.watching.add(scheduler.schedule(cut, left));
    this.watching.add(follow({ news: () => this.tell(), cut }));
  }

  /** What there is by now, if the reader waits for it. */
  private tell(): void {
    if (this.answer === undefined) return;
    const { outbox } = this.options;
    let text = '';
    for (const event of outbox.take(AT_ONCE)) text += frame(event);
    if (outbox.isOver) this.give(`${text}event: end\ndata: {}\n\n`, true);
    else if (text !== '') this.give(text);
  }

  private give(text: string | undefined, isLast = false): void {
    const { answer } = this;
    this.answer = undefined;
    if (isLast) this.watching.unsubscribe();
    answer?.(text);
  }
}

const frame = ({ event, data, id }: OutEvent): string =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`;
