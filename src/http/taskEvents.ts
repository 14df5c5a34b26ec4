/**
 * `taskEvents`: the states of tasks and groups, pushed to whoever may see them.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';
import { fromUnknown, ImproperlyConfigured, type ResultStoreError } from '../errors/errors.js';
import { isolated } from '../operation/isolated.js';
import { fromRun, type Operation } from '../operation/operation.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import { type Asked, askedBy } from './asked.js';
import { type Authorize, permittedUntil } from './authorization.js';
import { Cursor } from './cursor.js';
import { EventFeed } from './eventFeed.js';
import { eventStream } from './eventStream.js';
import { following, isPassing, type Listener, type Watched } from './following.js';
import { type Members, membersOf, type SavedGroups } from './members.js';
import { Outbox } from './outbox.js';
import { away, currentStates, nextStates } from './poll.js';
import { type Refusal, refusal, refused, uncached } from './refusal.js';
import { comeBackAfter, millisecondsOf } from './seconds.js';
import { OpenStreams, type StreamLimit } from './streamLimit.js';
import { type Selected, teller } from './told.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What states are told of: a `RedisBackend`.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventsBackend extends SavedGroups {
  readonly resultConsumer: Watched;
  /** As of a backend. */
  readonly getTaskMeta: (taskId: string) => Operation<TaskMeta>;
  readonly scheduler: SchedulerLike;
}

/**
 * Who may watch, what they are told, and how much at once.
 *
 * @category model
 * @since 0.1.0
 */
export interface TaskEventsOptions {
  /** Who may watch what; `() => true` lets everybody watch whatever they know the id of. */
  readonly authorize: Authorize;
  /**
   * What is told of a state, to leave out or shrink large results. It is asked once for each
   * state, however many readers there are. Default: all of it.
   */
  readonly select?: (meta: TaskMeta) => Selected;
  /** How many streams a client may have open; one more is a 429. Default: any number. */
  readonly limit?: StreamLimit;
  /** After how many seconds of silence a comment is sent, that no proxy hangs up. Default: 15. */
  readonly keepAlive?: number;
  /** How many seconds a poll waits for a state. Default: 25. */
  readonly pollTimeout?: number;
  /** Told of what `authorize`, `limit.of` or the store failed with, where the reader is told a 500 or 503. */
  readonly onError?: (error: ResultStoreError, request: Request) => void;
  /** From 0 up to 1: when a reader comes back is drawn by it. Default: `Math.random`. */
  readonly random?: () => number;
}

/**
 * As Fetch has it: what Hono, Next.js, Deno and Bun take as it is, and Node's `http` by
 * `nodeListener`.
 *
 * @category model
 * @since 0.1.0
 */
export type Handler = (request: Request) => Promise<Response>;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * A handler that tells the states of the tasks of `?task=<id>`, any number of times, and of
 * the saved groups of `?group=<id>`, as Server-Sent Events; to a POST, of those in its form.
 *
 * `state` is a task's meta as JSON; `group` how far a group is, `{groupId, ready, total,
 * failed}`, the first time with its `tasks`; `failure` what ended the stream of a task without
 * a ready state, `{taskId, _tag, message}`; `end` comes once all is settled. Each state has an
 * id, from which any server goes on that is given it as `Last-Event-ID` or `?after=`: no ready
 * state comes twice, and none is lost as long as its key lives. A reader who is slow gets the
 * latest state of each task, and always the ready one.
 *
 * Asked for `application/json`, it answers once: what is stored, or with `?after=<id>` the next
 * states, as `{id, states, failures, groups, end}`.
 *
 * Throws `ImproperlyConfigured` for an option that cannot work.
 *
 * @example
 * import { RedisBackend } from 'chordis'
 * import { taskEvents } from 'chordis/http'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * const handler = taskEvents(backend, { authorize: (_, { groups }) => groups.length === 0 })
 * await backend.markAsDone('4f1b', 5)()
 *
 * const response = await handler(new Request('http://localhost/tasks?task=4f1b'))
 * const text = await response.text()
 * console.log(text.match(/^event: .*$/gm)) // => [ 'event: state', 'event: end' ]
 * await backend.close()()
 *
 * @category constructors
 * @since 0.1.0
 */
export const taskEvents = (backend: EventsBackend, options: TaskEventsOptions): Handler => {
  const { authorize, select, limit, onError, random } = options;
  if (typeof authorize !== 'function') {
    throw new ImproperlyConfigured('authorize', 'must be a function; () => true permits all');
  }
  const keepAlive = millisecondsOf('keepAlive', options.keepAlive ?? 15);
  const pollTimeout = millisecondsOf('pollTimeout', options.pollTimeout ?? 25);
  const { scheduler } = backend;
  const tell = teller(select);
  const streams = new OpenStreams(limit);

  /** Who asks is told no more than the status. */
  const failed = (request: Request, error: ResultStoreError, why: Refusal) => {
    isolated(() => onError?.(error, request));
    return refused(why);
  };

  const told = (
    request: Request,
    asked: Asked,
    members: Members,
    until: number,
    close: () => void,
  ) => {
    const cursor = new Cursor(members, asked.after);
    // a poll is one answer, however large
    const outbox = new Outbox(members, cursor, tell, asked.isPoll ? undefined : MOST_HELD);
    const follow = (listener: Listener) =>
      following(backend.resultConsumer, members, outbox, listener);
    if (asked.isPoll) {
      const polled = { members, outbox, cursor, follow, scheduler, request };
      return (
        asked.after === null
          ? currentStates((id) => backend.getTaskMeta(id), polled)
          : nextStates({ ...polled, wait: Math.min(pollTimeout, until - scheduler.now()) })
      ).finally(close);
    }
    if (asked.after !== null && outbox.unsettled().length === 0) {
      close();
      // which an EventSource takes for the end
      return new Response(null, { status: 204, headers: uncached });
    }
    const feed = new EventFeed({
      ...{ outbox, follow, scheduler, until, request, keepAlive, ended: close },
      retry: comeBackAfter(random),
    });
    return new Response(eventStream(feed), { headers: { ...uncached, ...STREAM } });
  };

  return async (request) => {
    const asked = await askedBy(request);
    if (E.isLeft(asked)) return refused(asked.left);
    const until = await fromRun(permittedUntil(authorize, request, asked.right))();
    if (E.isLeft(until)) return failed(request, until.left, internal);
    if (until.right <= scheduler.now()) return refused(forbidden);
    const opened = E.tryCatch(() => streams.open(request), fromUnknown);
    if (E.isLeft(opened)) return failed(request, opened.left, internal);
    const close = opened.right;
    if (close === undefined) return refused(tooManyStreams);
    const members = await fromRun(membersOf(backend, asked.right))();
    if (E.isLeft(members)) {
      close();
      return failed(request, members.left, isPassing(members.left) ? away : internal);
    }
    if (E.isLeft(members.right)) {
      close();
      return refused(members.right.left);
    }
    return told(request, asked.right, members.right.right, until.right, close);
  };
};

/** Of states that a stream's reader is yet to be told, in characters; beside the few that are never counted. */
const MOST_HELD = 4 * 1024 * 1024;

const STREAM = {
  'content-type': 'text/event-stream; charset=utf-8',
  // nginx would collect what it is to pass on
  'x-accel-buffering': 'no',
};

const internal = refusal(500, 'Not to be told now');
const forbidden = refusal(403, 'Not permitted');
const tooManyStreams = refusal(429, 'Too many streams', { 'retry-after': '5' });
