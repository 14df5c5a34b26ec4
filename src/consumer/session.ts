import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import * as Rx from 'rxjs';
import { type ResultStoreError, RetryLimitExceeded, Unavailable } from '../errors/errors.js';
import { fromRun } from '../operation/operation.js';
import type { Found, Message, Subscriber } from '../port/commands.js';
import type { RetryPolicy } from '../retry/policy.js';
import { retryOverTime } from '../retry/retryOverTime.js';
import { backstop } from './backstop.js';
import { chunks } from './chunks.js';
import type { LargeValues } from './largeValues.js';
import type { Readings } from './readings.js';
import type { Registry, TaskChannel } from './registry.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * - `resyncing`: there are channels to be joined;
 * - `followed`: a chunk has been joined;
 * - `connected`: all that were open have been;
 * - `proven`: the link has lived for a while, or brought news.
 */
export type Progress = 'resyncing' | 'followed' | 'connected' | 'proven';

export interface SessionOptions {
  readonly registry: Registry;
  readonly large: LargeValues;
  readonly readings: Readings;
  /** Whether an error is of the link, and so ends the session, or of what was asked. */
  readonly isLost: (error: ResultStoreError) => boolean;
  /** For what the server can't answer yet. */
  readonly retryPolicy: RetryPolicy;
  readonly scheduler: Rx.SchedulerLike;
  /** In seconds; 0 is never. */
  readonly backstopInterval: number;
  readonly healthCheckInterval: number;
  /** Told of each task that was ready without a message. */
  readonly onBackstop: () => void;
}

/** In milliseconds: a link that is dropped sooner has not lived. */
const A_WHILE = 1000;

/** How many chunks are joined at once: one is read while the other one is on its way. */
const AT_ONCE = 2;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Never completes; fails when the link is lost. */
export const session = (
  subscriber: Subscriber,
  options: SessionOptions,
): Rx.Observable<Progress> => {
  const { registry, large, readings, isLost, retryPolicy, scheduler } = options;
  const named = (chunk: ReadonlyArray<TaskChannel>): ReadonlyArray<string> =>
    chunk.map((channel) => registry.nameOf(channel));

  const receive = ({ channel: name, payload }: Message): void => {
    const channel = registry.hearing(name);
    if (channel !== undefined) readings.take(channel, payload);
  };

  /** A value read is not older than the messages before it, but it may be as old. */
  const read = (channel: TaskChannel, { value }: Found): void => {
    if (!channel.isOpen) return;
    if (value === 'TooLarge') large.request(channel);
    else if (!Buffer.isBuffer(value)) registry.fail(channel, value);
    else if (channel.heard) readings.takeReady(channel, value);
    else readings.take(channel, value);
  };

  /** Joins those of a chunk that nobody has left meanwhile. */
  const join = (chunk: ReadonlyArray<TaskChannel>): Rx.Observable<Progress> =>
    Rx.defer(() => {
      const open = registry.subscribing(chunk);
      if (open.length === 0) return Rx.EMPTY;
      return subscriber.follow(named(open)).pipe(
        Rx.map((found, i): Progress => {
          if (i === 0) registry.following(open);
          for (const one of found) {
            const channel = open[one.at];
            if (channel !== undefined) read(channel, one);
          }
          if (i === 0) registry.followed(open);
          return 'followed';
        }),
      );
    }).pipe(
      retryOverTime(retryPolicy, { scheduler, when: isUnavailable }),
      Rx.catchError((error) =>
        isLost(error) ? Rx.throwError(() => error) : refused(chunk, error),
      ),
    );

  /** One refused channel fails all that were joined with it; halving finds it, and lets the others go on. */
  const refused = (
    chunk: ReadonlyArray<TaskChannel>,
    error: ResultStoreError,
  ): Rx.Observable<Progress> => {
    const isOfAll = chunk.length === 1 || error instanceof RetryLimitExceeded;
    if (!isOfAll) {
      return Rx.from(RA.chunksOf(Math.ceil(chunk.length / 2))(chunk)).pipe(Rx.concatMap(join));
    }
    for (const channel of chunk) registry.fail(channel, error);
    return Rx.EMPTY;
  };

  const leave = (chunk: ReadonlyArray<TaskChannel>): Rx.Observable<never> =>
    fromRun(subscriber.leave(named(chunk))).pipe(
      Rx.ignoreElements(),
      Rx.catchError(() => Rx.EMPTY),
    );

  /** Joined and left in the order in which that was asked for, a few at once. */
  const changes$ = Rx.defer(() => {
    const all = registry.resyncing();
    const first = chunks(all, registry);
    let left = first.length;
    const joinFirst = (chunk: ReadonlyArray<TaskChannel>): Rx.Observable<Progress> =>
      Rx.concat(
        join(chunk),
        Rx.defer(() => (--left === 0 ? Rx.of('connected' as const) : Rx.EMPTY)),
      );
    const each =
      (change: (chunk: ReadonlyArray<TaskChannel>) => Rx.Observable<Progress>) =>
      (changed: ReadonlyArray<TaskChannel>) =>
        chunks(changed, registry).map(change);
    return Rx.concat(
      Rx.of(all.length > 0 ? ('resyncing' as const) : ('connected' as const)),
      Rx.merge(
        Rx.from(first).pipe(Rx.map(joinFirst)),
        registry.opened$.pipe(Rx.mergeMap(each(join))),
        registry.left$.pipe(Rx.mergeMap(each(leave))),
      ).pipe(Rx.mergeAll(AT_ONCE)),
    );
  });

  return Rx.merge(
    Rx.race(readings.news$, Rx.timer(A_WHILE, scheduler)).pipe(
      Rx.take(1),
      Rx.map(() => 'proven' as const),
    ),
    heard(subscriber, receive),
    changes$,
    backstop(subscriber, {
      ...options,
      found: (channel, value) => {
        if (value === 'TooLarge') large.request(channel, options.onBackstop);
        else if (Buffer.isBuffer(value) && readings.takeReady(channel, value)) options.onBackstop();
      },
    }),
  );
};

const isUnavailable = (error: ResultStoreError): boolean => error instanceof Unavailable;

/** Every result passes here, so the messages are taken off without operators. */
const heard = (
  { messages$ }: Subscriber,
  receive: (message: Message) => void,
): Rx.Observable<never> =>
  new Rx.Observable((observer) =>
    messages$.subscribe({ next: receive, error: (error) => observer.error(error) }),
  );
