/**
 * One life of the link that listens: every open channel is joined, chunk by chunk, and
 * from then on what is opened and left, until the link is lost.
 *
 * What is under way at once is bounded in bytes, since a server drops a link that listens
 * and has too much to take: a chunk is bounded, so is what is read of it at a time, and no
 * more than two chunks are joined at once.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import * as Rx from 'rxjs';
import {
  fromUnknown,
  type ResultStoreError,
  RetryLimitExceeded,
  Unavailable,
} from '../errors/errors.js';
import { fromRun } from '../operation/operation.js';
import type { Found, Message, Subscriber } from '../port/commands.js';
import type { RetryPolicy } from '../retry/policy.js';
import { retryOverTime } from '../retry/retryOverTime.js';
import { isReady } from '../states.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import { backstop } from './backstop.js';
import type { Channels } from './channels.js';
import { chunks } from './chunks.js';
import type { LargeValues } from './largeValues.js';
import type { TaskChannel } from './taskChannel.js';

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
  readonly channels: Channels;
  readonly large: LargeValues;
  /** Of any state that nobody had heard of. */
  readonly news: Rx.Subject<void>;
  readonly decode: (
    name: string,
    bytes: Buffer,
    taskId: string,
  ) => E.Either<ResultStoreError, TaskMeta>;
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
  const { channels, large, news, isLost, retryPolicy, scheduler } = options;
  const named = (chunk: ReadonlyArray<TaskChannel>): ReadonlyArray<string> =>
    chunk.map((channel) => channels.nameOf(channel));

  const receive = ({ channel: name, payload }: Message): void => {
    const channel = channels.named(name);
    if (channel === undefined) return;
    channel.heard = true;
    take(channel, payload);
  };

  /** Nothing that lies in Redis may throw here, where every task passes. */
  const decode = (channel: TaskChannel, bytes: Buffer): E.Either<ResultStoreError, TaskMeta> => {
    try {
      return options.decode(channels.nameOf(channel), bytes, channel.key);
    } catch (thrown) {
      return E.left(fromUnknown(thrown));
    }
  };

  const take = (channel: TaskChannel, bytes: Buffer): void => {
    const meta = decode(channel, bytes);
    if (E.isLeft(meta)) channels.fail(channel, meta.left);
    // what names another task is not for this one
    else if (meta.right.taskId !== channel.key) return;
    else if (isReady(meta.right.status)) settle(channel, meta.right);
    else if (channel.next(meta.right) && news.observed) news.next();
  };

  const settle = (channel: TaskChannel, meta: TaskMeta): void => {
    channels.settle(channel, meta);
    if (news.observed) news.next();
  };

  /** A value read is not older than the messages before it, but it may be as old. */
  const read = (channel: TaskChannel, { value }: Found): void => {
    if (!channel.isOpen) return;
    if (value === 'TooLarge') large.request(channel);
    else if (!Buffer.isBuffer(value)) channels.fail(channel, value);
    else if (!channel.heard) take(channel, value);
    else settleBy(channel, value);
  };

  /** Where the value is ready; else what was heard is as new. */
  const settleBy = (channel: TaskChannel, bytes: Buffer): boolean => {
    const meta = decode(channel, bytes);
    const isNews =
      E.isRight(meta) && meta.right.taskId === channel.key && isReady(meta.right.status);
    if (isNews) settle(channel, meta.right);
    return isNews;
  };

  /** Joins those of a chunk that nobody has left meanwhile. */
  const join = (chunk: ReadonlyArray<TaskChannel>): Rx.Observable<Progress> =>
    Rx.defer(() => {
      const open = chunk.filter(({ isOpen }) => isOpen);
      if (open.length === 0) return Rx.EMPTY;
      for (const channel of open) channel.restart();
      return subscriber.follow(named(open)).pipe(
        Rx.map((found, i): Progress => {
          if (i === 0) for (const channel of open) channel.following = channel.isOpen;
          for (const one of found) {
            const channel = open[one.at];
            if (channel !== undefined) read(channel, one);
          }
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
    for (const channel of chunk) channels.fail(channel, error);
    return Rx.EMPTY;
  };

  const leave = (chunk: ReadonlyArray<TaskChannel>): Rx.Observable<never> =>
    fromRun(subscriber.leave(named(chunk))).pipe(
      Rx.ignoreElements(),
      Rx.catchError(() => Rx.EMPTY),
    );

  /** Joined and left in the order in which that was asked for, a few at once. */
  const changes$ = Rx.defer(() => {
    const all = channels.takeAll();
    for (const channel of all) channel.restart();
    const first = chunks(all, channels);
    let left = first.length;
    const joinFirst = (chunk: ReadonlyArray<TaskChannel>): Rx.Observable<Progress> =>
      Rx.concat(
        join(chunk),
        Rx.defer(() => (--left === 0 ? Rx.of('connected' as const) : Rx.EMPTY)),
      );
    const each =
      (change: (chunk: ReadonlyArray<TaskChannel>) => Rx.Observable<Progress>) =>
      (changed: ReadonlyArray<TaskChannel>) =>
        chunks(changed, channels).map(change);
    return Rx.concat(
      Rx.of(all.length > 0 ? ('resyncing' as const) : ('connected' as const)),
      Rx.merge(
        Rx.from(first).pipe(Rx.map(joinFirst)),
        channels.opened$.pipe(Rx.mergeMap(each(join))),
        channels.left$.pipe(Rx.mergeMap(each(leave))),
      ).pipe(Rx.mergeAll(AT_ONCE)),
    );
  });

  return Rx.merge(
    Rx.race(news, Rx.timer(A_WHILE, scheduler)).pipe(
      Rx.take(1),
      Rx.map(() => 'proven' as const),
    ),
    heard(subscriber, receive),
    changes$,
    backstop(subscriber, {
      ...options,
      found: (channel, value) => {
        if (value === 'TooLarge') large.request(channel, options.onBackstop);
        else if (Buffer.isBuffer(value) && settleBy(channel, value)) options.onBackstop();
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
