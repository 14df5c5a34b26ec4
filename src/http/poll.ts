/**
 * Long polling, for who can't read a stream: what is stored now, or the next states after an
 * event's id, in one answer of JSON.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike, Subscription } from 'rxjs';
import { atEndOfTick } from '../operation/endOfTick.js';
import { inPieces } from '../operation/inPieces.js';
import { fromRun, type Operation, toRun } from '../operation/operation.js';
import { continueWith, type Result, type Run, settled } from '../operation/run.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import type { Cursor } from './cursor.js';
import { isPassing, type Listener } from './following.js';
import type { Members } from './members.js';
import type { Outbox, OutEvent } from './outbox.js';
import { refusal, refused, uncached } from './refusal.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface PollOptions {
  readonly members: Members;
  readonly outbox: Outbox;
  readonly cursor: Cursor;
}

export interface WaitingPoll extends PollOptions {
  readonly follow: (listener: Listener) => Subscription;
  readonly scheduler: SchedulerLike;
  /** In milliseconds: then the answer has no states. */
  readonly wait: number;
  /** Its signal aborts when the reader goes, in Node as long as somebody holds the request. */
  readonly request: Request;
}

/** How many keys are read at once. */
const AT_ONCE = 1000;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** The state of each task as it is stored; PENDING where nothing is. */
export const currentStates = async (
  getTaskMeta: (taskId: string) => Operation<TaskMeta>,
  options: PollOptions,
): Promise<Response> => {
  const { members, outbox } = options;
  const metas = await fromRun(
    inPieces(
      members.ids.map((id) => attempted(toRun(getTaskMeta(id)))),
      AT_ONCE,
    ),
  )();
  if (E.isLeft(metas)) return refused(away);
  for (const [at, meta] of metas.right.entries()) {
    const taskId = members.ids[at] ?? '';
    // a worker may have stored one that names another task, which nobody asked for
    if (E.isRight(meta)) outbox.put(at, named(meta.right, taskId));
    else if (isPassing(meta.left)) return refused(away);
    else outbox.fail(at, meta.left);
  }
  return answer(outbox.take(Number.POSITIVE_INFINITY), options);
};

/** The states after the cursor's, as soon as there is one. */
export const nextStates = (options: WaitingPoll): Promise<Response> =>
  new Promise((resolve) => {
    const { outbox, follow, scheduler, wait, request } = options;
    const events: Array<OutEvent> = [];
    let isDue = false;
    const end = (response: () => Response): void => {
      watching.unsubscribe();
      request.signal.removeEventListener('abort', cut);
      resolve(response());
    };
    const cut = (): void => end(() => refused(away));
    const told = (): void => end(() => answer(events, options));
    const look = (): void => {
      isDue = false;
      if (watching.closed) return;
      events.push(...outbox.take(Number.POSITIVE_INFINITY));
      // how far a group is has not changed where no state has
      if (outbox.isOver || events.some(({ event }) => event !== 'group')) told();
    };
    const lookSoon = (): void => {
      if (!isDue) atEndOfTick(look);
      isDue = true;
    };
    const watching = scheduler.schedule(told, wait);
    request.signal.addEventListener('abort', cut);
    lookSoon();
    watching.add(follow({ news: lookSoon, cut: () => atEndOfTick(cut) }));
    if (request.signal.aborted) cut();
  });

const named = (meta: TaskMeta, taskId: string): TaskMeta =>
  meta.taskId === taskId ? meta : { ...meta, taskId };

// -------------------------------------------------------------------------------------
// the answer
// -------------------------------------------------------------------------------------

/** What each comes to, in place of the first error. */
const attempted = <A>(run: Run<A>): Run<Result<A>> =>
  continueWith(run, (result) => settled<Result<A>>(E.right(result)));

export const away = refusal(503, 'The store is out of reach', { 'retry-after': '1' });

const answer = (events: ReadonlyArray<OutEvent>, { outbox, cursor }: PollOptions): Response => {
  const list = (name: OutEvent['event']): string =>
    `[${events.flatMap(({ event, data }) => (event === name ? [data] : [])).join(',')}]`;
  const body =
    `{"id":"${cursor}","states":${list('state')},"failures":${list('failure')},` +
    `"groups":${JSON.stringify(groupsIn(events))},"end":${outbox.isOver}}`;
  return new Response(body, { headers: { ...uncached, 'content-type': 'application/json' } });
};

/** Each with its tasks, and as far as it is by now. */
const groupsIn = (events: ReadonlyArray<OutEvent>): ReadonlyArray<unknown> => {
  const groups = new Map<string, { readonly groupId: string }>();
  for (const { event, data } of events) {
    if (event !== 'group') continue;
    const group = JSON.parse(data);
    groups.set(group.groupId, { ...groups.get(group.groupId), ...group });
  }
  return [...groups.values()];
};
