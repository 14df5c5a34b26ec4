/**
 * The outcomes of many tasks: each member's channel is opened in the same tick, so that all
 * of them are one batch, and left once the member is ready or nobody wants the others.
 *
 * There may be a hundred thousand members, so that each is one small entry.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { type ResultStoreError, ResultTimeout } from '../errors/errors.js';
import type { Result } from '../operation/run.js';
import { isReady } from '../states.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import type { AsyncResult } from './asyncResult.js';
import { endOf } from './outcome.js';
import { deadline } from './waiting.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What the member `at` ended with: its ready state, or why there is none. */
export interface Outcome {
  readonly at: number;
  readonly meta: Result<TaskMeta>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * One outcome a member, as they come; then completion. Those that are missing after `seconds`
 * are `ResultTimeout`s; 0 takes what is there, `null` waits for ever.
 */
export const outcomes = (
  members: ReadonlyArray<AsyncResult>,
  seconds: number | null,
): Rx.Observable<Outcome> =>
  new Rx.Observable((observer) => {
    const watch = new Watch(members, observer);
    if (seconds === 0) watch.look();
    else watch.follow(seconds);
    return () => watch.stop();
  });

class Watch {
  /** What ends each member's part; `undefined` once it has an outcome. */
  private readonly parts: Array<Rx.Unsubscribable | undefined>;
  private missing: number;
  private timers: Rx.Subscription | undefined;

  constructor(
    private readonly members: ReadonlyArray<AsyncResult>,
    private readonly observer: Rx.Subscriber<Outcome>,
  ) {
    this.parts = new Array(members.length).fill(NOT_YET);
    this.missing = members.length;
    if (this.missing === 0) observer.complete();
  }

  follow(seconds: number | null): void {
    this.each((member, at) =>
      member.backend.resultConsumer.consumeFrom(member.id).subscribe(new Entry(this, at)),
    );
    if (this.missing === 0 || this.observer.closed) return;
    this.timers = deadline({
      seconds,
      backends: new Set(this.members.map(({ backend }) => backend)),
      unread: () => this.count(({ id, backend }) => !backend.resultConsumer.isFollowing(id)),
      end: () =>
        this.members.forEach(({ id }, at) => {
          this.parts[at]?.unsubscribe();
          this.take(at, E.left(new ResultTimeout(id, seconds ?? 0)));
        }),
    });
  }

  look(): void {
    this.each((member, at) => {
      const cancel = member.waiting(0)((meta) => this.take(at, meta));
      return { unsubscribe: () => cancel?.() };
    });
  }

  take(at: number, meta: Result<TaskMeta>): void {
    if (this.parts[at] === undefined || this.observer.closed) return;
    this.parts[at] = undefined;
    this.missing -= 1;
    this.observer.next({ at, meta });
    if (this.missing === 0) this.observer.complete();
  }

  /** The member's stream has ended. */
  complete(at: number): void {
    const member = this.members[at];
    if (this.parts[at] === undefined || member === undefined) return;
    this.take(at, E.left(endOf(member.id, member.backend.resultConsumer)));
  }

  stop(): void {
    this.timers?.unsubscribe();
    for (const part of this.parts) part?.unsubscribe();
  }

  /** Starts the part of each member whose end is not known; any may be the end of all. */
  private each(start: (member: AsyncResult, at: number) => Rx.Unsubscribable): void {
    for (const [at, member] of this.members.entries()) {
      if (this.observer.closed) return;
      if (member.known !== undefined) this.take(at, E.right(member.known));
      else {
        const part = start(member, at);
        if (this.parts[at] !== undefined) this.parts[at] = part;
      }
    }
  }

  /** How many of those that are missing. */
  private count(is: (member: AsyncResult) => boolean): number {
    let count = 0;
    this.members.forEach((member, at) => {
      if (this.parts[at] !== undefined && is(member)) count += 1;
    });
    return count;
  }
}

/** What listens to a member. */
class Entry implements Rx.Observer<TaskMeta> {
  constructor(
    private readonly watch: Watch,
    private readonly at: number,
  ) {}

  next(meta: TaskMeta): void {
    if (isReady(meta.status)) this.watch.take(this.at, E.right(meta));
  }

  error(error: ResultStoreError): void {
    this.watch.take(this.at, E.left(error));
  }

  complete(): void {
    this.watch.complete(this.at);
  }
}

const NOT_YET: Rx.Unsubscribable = { unsubscribe: () => {} };
