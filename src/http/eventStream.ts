/**
 * The body of a stream of Server-Sent Events.
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

export interface EventStreamOptions {
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

type Controller = ReadableStreamDefaultController<Uint8Array>;

/** Of the events that are given at once, in characters; at least one is. */
const AT_ONCE = 64 * 1024;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const eventStream = (options: EventStreamOptions): ReadableStream<Uint8Array> =>
  // what is not asked for is not made: a chunk held ready would be a state that grows old
  new ReadableStream(new EventSource(options), { highWaterMark: 0 });

class EventSource {
  private readonly watching = new Rx.Subscription();
  private readonly encoder = new TextEncoder();
  private isRead = false;
  private isOver = false;
  /** Answers the reader who waits. */
  private answer: ((text: string) => void) | undefined;

  constructor(private readonly options: EventStreamOptions) {
    const { request, ended } = options;
    const { signal } = request;
    const leave = (): void => this.watching.unsubscribe();
    this.watching.add(ended);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    this.watching.add(() => signal.removeEventListener('abort', leave));
  }

  pull(controller: Controller): Promise<void> | undefined {
    if (this.watching.closed) {
      controller.close();
      return undefined;
    }
    if (!this.isRead) {
      this.begin();
      controller.enqueue(this.encoder.encode(`retry: ${this.options.retry}\n\n`));
      return undefined;
    }
    const text = this.next();
    if (text !== '') {
      this.give(controller, text);
      return undefined;
    }
    return new Promise((resolve) => {
      this.answer = (given) => {
        this.answer = undefined;
        this.give(controller, given);
        resolve();
      };
    });
  }

  /** The reader has gone, and nothing can be given any more. */
  cancel(): void {
    this.answer = undefined;
    this.watching.unsubscribe();
  }

  private begin(): void {
    const { follow, scheduler, until, keepAlive } = this.options;
    this.isRead = true;
    const cut = (): void => this.watching.unsubscribe();
    this.watching.add(() => this.answer?.(''));
    this.watching.add(
      Rx.interval(keepAlive, scheduler).subscribe(() => this.answer?.(': here\n\n')),
    );
    const left = until - scheduler.now();
    if (left <= MAX_MILLISECONDS) this.watching.add(scheduler.schedule(cut, left));
    this.watching.add(follow({ news: () => this.tellNews(), cut }));
  }

  private tellNews(): void {
    if (this.answer === undefined) return;
    const text = this.next();
    if (text !== '') this.answer(text);
  }

  /** What there is to be told now; empty where there is nothing. */
  private next(): string {
    const { outbox } = this.options;
    const text = outbox.take(AT_ONCE).map(frame).join('');
    if (!outbox.isOver) return text;
    this.isOver = true;
    return `${text}event: end\ndata: {}\n\n`;
  }

  private give(controller: Controller, text: string): void {
    if (text !== '') controller.enqueue(this.encoder.encode(text));
    if (this.isOver || this.watching.closed) controller.close();
    if (this.isOver) this.watching.unsubscribe();
  }
}

const frame = ({ event, data, id }: OutEvent): string =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`;
