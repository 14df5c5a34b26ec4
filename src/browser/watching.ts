/**
 * `watchTask`, `watchTasks` and `watchGroup`: what a server tells by `taskEvents`, as the same
 * streams that it has itself. A ready state comes exactly once, over lost networks and servers
 * that are started again, as long as its key lives; and only then does a stream complete.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import { Latest } from '../operation/latest.js';
import type { Codec, Codecs } from '../result/codec.js';
import { isReady, PROPAGATE_STATES } from '../states.js';
import { addressed, fail } from './address.js';
import { decoded } from './decoded.js';
import { Link } from './link.js';
import type { GroupProgress, TaskState } from './taskState.js';
import { isAlike, transport, type WatchOptions } from './transport.js';
import { Watch, type Watcher } from './watch.js';
import { Aborted } from './watchError.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A stream that can be iterated too, by `for await`: a loop gets the latest value each time it
 * asks, of several tasks the latest of each, and always the last one.
 *
 * @category model
 * @since 0.1.0
 */
export interface Watched<A> extends Rx.Observable<A>, AsyncIterable<A> {}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * The states of the task of a URL's `?task=<id>`, completed by the ready one; with a codec, an
 * io-ts decoder or a Standard Schema, typed by it. Fails with a `WatchError`.
 *
 * @example
 * import * as t from 'io-ts'
 * import { watchTask } from 'chordis/browser'
 *
 * const states$ = watchTask('https://example.org/tasks?task=4f1b', t.number)
 *
 * export const show = async (print: (text: string) => void) => {
 *   for await (const state of states$) {
 *     print(state.status === 'SUCCESS' ? state.result.toFixed(2) : state.status)
 *   }
 * }
 *
 * @category constructors
 * @since 0.1.0
 */
export const watchTask = <A = unknown, P = unknown>(
  url: string | URL,
  codec?: Codec<A> | Codecs<A, P>,
  options: WatchOptions = {},
): Watched<TaskState<A, P>> =>
  iterable(
    addressed(url, ({ tasks, groups, endpoint }) =>
      tasks.length === 1 && groups.length === 0
        ? states(endpoint, tasks, groups, codec, options)
        : fail(url, 'it is to name one task'),
    ),
  );

/**
 * The states of all tasks of a URL, as they come, those of its groups too; completed once all
 * are ready. Fails with a `WatchError` of any of them; each apart has a stream of its own by
 * `watchTask`, which takes no other connection.
 *
 * @example
 * import { filter, scan } from 'rxjs'
 * import { watchTasks } from 'chordis/browser'
 *
 * export const done$ = watchTasks('https://example.org/tasks?task=4f1b&task=77aa').pipe(
 *   filter(({ status }) => status === 'SUCCESS'),
 *   scan((count) => count + 1, 0),
 * )
 *
 * @category constructors
 * @since 0.1.0
 */
export const watchTasks = <A = unknown, P = unknown>(
  url: string | URL,
  codec?: Codec<A> | Codecs<A, P>,
  options: WatchOptions = {},
): Watched<TaskState<A, P>> =>
  iterable(
    addressed(url, ({ tasks, groups, endpoint }) =>
      tasks.length + groups.length > 0
        ? states(endpoint, tasks, groups, codec, options)
        : fail(url, 'it names no task and no group'),
    ),
    ({ taskId }) => taskId,
  );

/**
 * How far the saved group of a URL's `?group=<id>` is, until all of its tasks are ready. Fails
 * with a `WatchError`.
 *
 * @example
 * import { watchGroup } from 'chordis/browser'
 *
 * export const bar = (draw: (share: number) => void) =>
 *   watchGroup('https://example.org/tasks?group=9c0e').subscribe(({ ready, total }) =>
 *     draw(ready / total),
 *   )
 *
 * @category constructors
 * @since 0.1.0
 */
export const watchGroup = (url: string | URL, options: WatchOptions = {}): Watched<GroupProgress> =>
  iterable(
    addressed(url, ({ tasks, groups, endpoint }) =>
      groups.length === 1 && tasks.length === 0
        ? progress(endpoint, groups, options)
        : fail(url, 'it is to name one group'),
    ),
  );

// -------------------------------------------------------------------------------------
// streams
// -------------------------------------------------------------------------------------

const states = <A, P>(
  endpoint: URL,
  tasks: ReadonlyArray<string>,
  groups: ReadonlyArray<string>,
  codec: Codec<A> | Codecs<A, P> | undefined,
  options: WatchOptions,
): Rx.Observable<TaskState<A, P>> => {
  const read = decoded(codec);
  return watched<TaskState>(endpoint, tasks, groups, options, (observer) => observer).pipe(
    Rx.concatMap((state) => {
      const typed = read(state);
      return typed instanceof Promise ? typed : [typed];
    }),
  );
};

/** At the end of each turn in which there was news. */
const progress = (
  endpoint: URL,
  groups: ReadonlyArray<string>,
  options: WatchOptions,
): Rx.Observable<GroupProgress> =>
  watched<GroupProgress>(endpoint, [], groups, options, (observer) => {
    let [ready, total, failed] = [0, 0, 0];
    let isDue = false;
    const tell = (): void => {
      if (isDue) observer.next({ ready, total, failed });
      isDue = false;
    };
    const tellSoon = (): void => {
      if (!isDue) queueMicrotask(tell);
      isDue = true;
    };
    return {
      known: (tasks) => {
        total = tasks;
        tellSoon();
      },
      next: ({ status }) => {
        if (!isReady(status)) return;
        ready += 1;
        if (PROPAGATE_STATES.has(status)) failed += 1;
        tellSoon();
      },
      error: (error) => observer.error(error),
      complete: () => {
        tell();
        observer.complete();
      },
    };
  });

const watched = <A>(
  endpoint: URL,
  tasks: ReadonlyArray<string>,
  groups: ReadonlyArray<string>,
  options: WatchOptions,
  watcher: (observer: Rx.Subscriber<A>) => Watcher,
): Rx.Observable<A> =>
  new Rx.Observable<A>((observer) => {
    const link = linkTo(endpoint, options);
    const watch = new Watch(tasks, groups, watcher(observer));
    link.add(watch);
    return () => link.remove(watch);
  }).pipe(untilAborted(options.signal));

const untilAborted =
  (signal: AbortSignal | undefined) =>
  <A>(source: Rx.Observable<A>): Rx.Observable<A> =>
    signal === undefined
      ? source
      : source.pipe(
          Rx.takeUntil(
            Rx.merge(Rx.fromEvent(signal, 'abort'), signal.aborted ? [undefined] : []).pipe(
              Rx.map(() => {
                throw new Aborted(signal.reason);
              }),
            ),
          ),
        );

const iterable = <A>(source: Rx.Observable<A>, keyOf?: (value: A) => unknown): Watched<A> =>
  Object.assign(source, { [Symbol.asyncIterator]: () => new Latest(source, keyOf) });

// -------------------------------------------------------------------------------------
// links
// -------------------------------------------------------------------------------------

/** Those that somebody watches over. */
const links = new Set<Link>();

const linkTo = (endpoint: URL, options: WatchOptions): Link => {
  const own = transport(options);
  for (const link of links) {
    if (link.endpoint.href === endpoint.href && isAlike(link.transport, own)) return link;
  }
  const link: Link = new Link(endpoint, own, () => links.delete(link));
  links.add(link);
  return link;
};
