/**
 * `TaskStreams`: what `taskEvents` tells, as Nest's own currency: an Observable of the events
 * of an `@Sse()` route.
 *
 * @since 0.1.0
 */
import { HttpException } from '@nestjs/common';
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { type AskedIds, checkedIds } from '../http/asked.js';
import { Cursor } from '../http/cursor.js';
import { following, isPassing } from '../http/following.js';
import { type Members, membersOf } from '../http/members.js';
import { Outbox } from '../http/outbox.js';
import { away } from '../http/poll.js';
import type { Refusal } from '../http/refusal.js';
import { comeBackAfter, millisecondsOf } from '../http/seconds.js';
import type { EventsBackend, TaskEventsOptions } from '../http/taskEvents.js';
import { teller } from '../http/told.js';
import { fromRun } from '../operation/operation.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What a client asks for, as Nest hands it to a route: an id, several, or none.
 *
 * @category model
 * @since 0.1.0
 */
export interface AskedStream {
  readonly tasks?: string | ReadonlyArray<string> | undefined;
  /** Ids of saved groups. */
  readonly groups?: string | ReadonlyArray<string> | undefined;
  /** From where to go on: the header `Last-Event-ID` of an `EventSource`, or else `?after=`. */
  readonly after?: string | ReadonlyArray<string> | undefined;
}

/**
 * An event, as Nest's `MessageEvent`. Each has an id, since Nest would count those that have
 * none, and a client come back with a count.
 *
 * @category model
 * @since 0.1.0
 */
export interface TaskMessage {
  readonly id: string;
  readonly type?: string;
  readonly data?: string;
  readonly retry?: number;
}

// -------------------------------------------------------------------------------------
// the service
// -------------------------------------------------------------------------------------

/**
 * Streams for routes with `@Sse()`; who may see them is up to the guards of the route.
 *
 * @category model
 * @since 0.1.0
 */
export class TaskStreams {
  private readonly ended = new Rx.ReplaySubject<void>(1);
  private readonly tell;
  /** In milliseconds. */
  private readonly keepAlive;

  constructor(
    private readonly backend: EventsBackend,
    private readonly options: Pick<TaskEventsOptions, 'select' | 'keepAlive' | 'random'> = {},
  ) {
    this.tell = teller(options.select);
    this.keepAlive = millisecondsOf('keepAlive', options.keepAlive ?? 15);
  }

  /**
   * The events that `taskEvents` tells, `state`, `group`, `failure` and `end`, and in silence
   * now and then an `alive`. Fails with an `HttpException`: 400 where nothing is asked for, 404
   * for a group that is not saved, 413 for too many, 503 where the store is out of reach, and
   * 204 where all was told before, which an `EventSource` takes for the end.
   *
   * @example
   * import { RedisBackend } from 'chordis'
   * import { TaskStreams } from 'chordis/nest'
   *
   * const backend = new RedisBackend({ url: 'memory://' })
   * const streams = new TaskStreams(backend)
   * await backend.markAsDone('4f1b', 5)()
   *
   * streams.events({ tasks: '4f1b' }).subscribe({
   *   next: ({ type }) => console.log(type ?? 'hello'),
   *   complete: () => backend.close()(),
   * })
   * // => hello
   * // => state
   * // => end
   */
  events({ tasks, groups, after }: AskedStream): Rx.Observable<TaskMessage> {
    return Rx.defer(async () => {
      const asked = E.fold(
        refuse,
        (ids: AskedIds) => ids,
      )(checkedIds(listOf(tasks), listOf(groups)));
      const members = await fromRun(membersOf(this.backend, asked))();
      if (E.isLeft(members)) {
        return isPassing(members.left) ? refuse(away) : Promise.reject(members.left);
      }
      return E.fold(refuse, (found: Members) => found)(members.right);
    }).pipe(
      Rx.mergeMap((members) => this.messages(members, after && String(after))),
      Rx.takeUntil(this.ended),
    );
  }

  /** @internal Every stream completes, and those that are asked for from now on. */
  end(): void {
    this.ended.next();
  }

  private messages(members: Members, after: string | undefined): Rx.Observable<TaskMessage> {
    const cursor = new Cursor(members, after);
    const outbox = new Outbox(members, cursor, this.tell);
    if (after !== undefined && outbox.unsettled().length === 0) {
      return Rx.throwError(() => new HttpException('', 204));
    }
    return new Rx.Observable((observer) => {
      /** What has been told by now. */
      let id = String(cursor);
      const tell = (message: Omit<TaskMessage, 'id'>): void => observer.next({ ...message, id });
      const news = (): void => {
        for (const event of outbox.take(Number.POSITIVE_INFINITY)) {
          id = event.id ?? id;
          tell({ type: event.event, data: event.data });
        }
        if (!outbox.isOver) return;
        tell({ type: 'end', data: '{}' });
        observer.complete();
      };
      // without an end a client comes back, to another server
      const cut = (): void => observer.complete();
      const watching = Rx.interval(this.keepAlive, this.backend.scheduler).subscribe(() =>
        tell({ type: 'alive', data: '' }),
      );
      // Nest sends its headers with the first
      tell({ retry: comeBackAfter(this.options.random) });
      news();
      watching.add(following(this.backend.resultConsumer, members, outbox, { news, cut }));
      return watching;
    });
  }
}

/** An object, as some parsers make of `?task[x]=`, stands for an id that there is not. */
const listOf = (ids: string | ReadonlyArray<string> = []): ReadonlyArray<string> =>
  typeof ids === 'string' ? [ids] : Array.isArray(ids) ? ids : [''];

const refuse = ({ problem, status }: Refusal): never => {
  throw new HttpException(problem, status);
};
