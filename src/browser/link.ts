/**
 * One connection for all that a page watches at an address.
 *
 * - *idle*: nobody watches.
 * - *asking*: somebody has come or gone; a moment later, all that is watched is asked for in
 *   one request, in place of the present one once that had its turn.
 * - *listening*: each event goes to those whom it concerns. A state that was told already is
 *   not told again, as those who come later may have it asked for anew.
 * - *waiting*: the connection was lost, or broke off without an end. After a while the same is
 *   asked for again, from the last event on.
 * - *hidden*: the page has not been seen for a while. It lets go, and asks once it is seen.
 * - *sorting*: the server refused. Where it was asked for more than is watched by now, it is
 *   asked anew; else who asked for too much is found by halves, and the others go on.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import { isReady } from '../states.js';
import { type Asked, connection, Lost, probe, type ServerEvent } from './connection.js';
import type { TaskState } from './taskState.js';
import { isSeen$, type Transport, waitBefore, wake$ } from './transport.js';
import { Turns } from './turns.js';
import type { Watch } from './watch.js';
import { Refused, TaskLost, type WatchError } from './watchError.js';

/** In milliseconds: those who come in a moment come together. */
const A_MOMENT = 10;

export class Link {
  private readonly watches = new Set<Watch>();
  private readonly byTask = new Map<string, Set<Watch>>();
  /** The state of each task that was told last, unless it is ready. */
  private readonly latest = new Map<string, Readonly<{ data: string; state: TaskState }>>();
  /** Of the present request, the tasks that it may still tell of. */
  private listed = new Set<string>();
  private readonly changed = new Rx.Subject<void>();
  private readonly turns: Turns;
  private readonly listening: Rx.Subscription;

  constructor(
    readonly endpoint: URL,
    readonly transport: Transport,
    /** Called when the last one has left. */
    private readonly deserted: () => void,
  ) {
    this.turns = new Turns(transport.scheduler);
    this.listening = this.changed
      .pipe(
        Rx.audit(() =>
          Rx.timer(A_MOMENT, transport.scheduler).pipe(Rx.switchMap(() => this.turns.free$)),
        ),
        Rx.switchMap(() => this.asking()),
      )
      .subscribe();
  }

  // ---------------------------------------------------------------------------------
  // coming and going
  // ---------------------------------------------------------------------------------

  add(watch: Watch): void {
    this.watches.add(watch);
    this.index(watch);
    const isAsked = watch.groups.length === 0 && watch.tasks.every((id) => this.listed.has(id));
    if (!isAsked) this.changed.next();
    for (const id of watch.tasks) {
      const known = this.latest.get(id);
      if (known !== undefined) watch.next(known.state);
    }
  }

  remove(watch: Watch): void {
    if (!this.watches.delete(watch)) return;
    for (const id of watch.open) this.unindex(id, watch);
    if (this.watches.size === 0) {
      this.listening.unsubscribe();
      this.deserted();
    } else if (this.listed.size > 2 * this.byTask.size) this.changed.next();
  }

  private index(watch: Watch): void {
    for (const id of watch.open) {
      const others = this.byTask.get(id);
      if (others === undefined) this.byTask.set(id, new Set([watch]));
      else others.add(watch);
    }
  }

  private unindex(taskId: string, watch: Watch): void {
    const watches = this.byTask.get(taskId);
    watches?.delete(watch);
    if (watches?.size === 0) {
      this.byTask.delete(taskId);
      this.latest.delete(taskId);
    }
  }

  private fail(watch: Watch, error: WatchError): void {
    this.remove(watch);
    watch.error(error);
  }

  // ---------------------------------------------------------------------------------
  // the connection
  // ---------------------------------------------------------------------------------

  private asking(): Rx.Observable<unknown> {
    const { transport } = this;
    const watches = [...this.watches];
    const asked = askedBy(watches);
    this.listed = new Set(asked.tasks);
    const events$ = this.turns
      .take((answered) =>
        connection(transport, this.endpoint, asked, answered).pipe(
          Rx.tap((event) => this.take(asked, event)),
          // where it ends and somebody watches on, it broke off
          Rx.endWith(undefined),
          Rx.tap((event) => {
            const isBrokenOff =
              event === undefined && watches.some((each) => this.watches.has(each));
            if (isBrokenOff) throw new Lost();
          }),
          Rx.catchError((error) => {
            if (error instanceof Refused) return this.sorting(watches, asked, error);
            throw error;
          }),
        ),
      )
      .pipe(
        Rx.retry({
          resetOnSuccess: true,
          delay: (error, n) => {
            const atLeast = error instanceof Lost ? error.seconds : 0;
            return Rx.race(
              Rx.timer(waitBefore(n, transport, atLeast), transport.scheduler),
              wake$(),
            );
          },
        }),
      );
    return isSeen$(transport).pipe(Rx.switchMap((isSeen) => (isSeen ? events$ : Rx.NEVER)));
  }

  /** Fails those whom the server refuses, and asks for the others anew. */
  private sorting(
    watches: ReadonlyArray<Watch>,
    asked: Asked,
    error: Refused,
  ): Rx.Observable<never> {
    const present = watches.filter((watch) => this.watches.has(watch));
    if (sizeOf(askedBy(present)) < sizeOf(asked)) {
      this.changed.next();
      return Rx.EMPTY;
    }
    // who asks is not known, whatever is asked for
    const refused$ = error.status === 401 ? Rx.from(present) : this.refusedOf(present);
    return refused$.pipe(
      Rx.toArray(),
      Rx.tap((refused) => {
        // each alone may be watched, and not all of them
        for (const watch of refused.length === 0 ? present : refused) this.fail(watch, error);
        if (this.watches.size > 0) this.changed.next();
      }),
      Rx.ignoreElements(),
    );
  }

  private refusedOf(watches: ReadonlyArray<Watch>): Rx.Observable<Watch> {
    if (watches.length === 1) {
      return probe(this.transport, this.endpoint, askedBy(watches)).pipe(
        Rx.mergeMap((isTold) => (isTold ? [] : watches)),
      );
    }
    const middle = Math.ceil(watches.length / 2);
    return Rx.from([watches.slice(0, middle), watches.slice(middle)]).pipe(
      Rx.concatMap((half) =>
        probe(this.transport, this.endpoint, askedBy(half)).pipe(
          Rx.mergeMap((isTold) =>
            isTold ? Rx.EMPTY : half.length === 1 ? half : this.refusedOf(half),
          ),
        ),
      ),
    );
  }

  // ---------------------------------------------------------------------------------
  // events
  // ---------------------------------------------------------------------------------

  private take(asked: Asked, { event, id, data }: ServerEvent): void {
    if (event === 'state') this.takeState(data);
    else if (event === 'group') this.takeGroup(JSON.parse(data));
    else if (event === 'failure') this.takeFailure(JSON.parse(data));
    if (id !== undefined) asked.after = id;
  }

  private takeState(data: string): void {
    const state: TaskState = JSON.parse(data);
    const { taskId } = state;
    if (this.latest.get(taskId)?.data === data) return;
    const watches = [...(this.byTask.get(taskId) ?? [])];
    if (isReady(state.status)) {
      this.listed.delete(taskId);
      this.latest.delete(taskId);
      this.byTask.delete(taskId);
    } else if (watches.length > 0) this.latest.set(taskId, { data, state });
    for (const watch of watches) {
      watch.next(state);
      if (watch.isOver) this.remove(watch);
    }
  }

  private takeGroup({ groupId, tasks }: { groupId: string; tasks?: ReadonlyArray<string> }): void {
    if (tasks === undefined) return;
    for (const watch of [...this.watches]) {
      if (!watch.learn(groupId, tasks)) continue;
      this.index(watch);
      if (watch.isOver) this.remove(watch);
    }
  }

  private takeFailure(failure: { taskId: string; _tag: string; message: string }): void {
    const { taskId, _tag, message } = failure;
    this.listed.delete(taskId);
    for (const watch of [...(this.byTask.get(taskId) ?? [])]) {
      this.fail(watch, new TaskLost(taskId, _tag, message));
    }
  }
}

/** What is to be asked for; tasks of groups are told with their groups. */
const askedBy = (watches: ReadonlyArray<Watch>): Asked => ({
  tasks: [...new Set(watches.flatMap(({ tasks, open }) => tasks.filter((id) => open.has(id))))],
  groups: [...new Set(watches.flatMap(({ groups }) => groups))],
  after: undefined,
});

const sizeOf = ({ tasks, groups }: Asked): number => tasks.length + groups.length;
