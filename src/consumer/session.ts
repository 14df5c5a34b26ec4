/**
 * One life of the link that listens: every open channel is joined, chunk by chunk, and
 * from then on what is opened and left, until the link is lost.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import * as Rx from 'rxjs';
import type { DecodeError, ResultStoreError } from '../errors/errors.js';
import type { Message, Subscriber, Value } from '../port/commands.js';
import { isReady } from '../states.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import type { Channels } from './channels.js';
import type { TaskChannel } from './taskChannel.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** `followed`: a chunk has been joined; `connected`: every channel has, and it stays so. */
export type Progress = 'resyncing' | 'followed' | 'connected';

export interface SessionOptions {
  readonly channels: Channels;
  readonly decode: (key: string, bytes: Buffer, taskId: string) => E.Either<DecodeError, TaskMeta>;
  /** Whether an error is of the link, and so ends the session, or of what was asked. */
  readonly isLost: (error: ResultStoreError) => boolean;
}

/** How many channels go into one SUBSCRIBE, MGET or UNSUBSCRIBE. */
const CHUNK = 1000;

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Never completes; fails when the link is lost. */
export const session = (
  subscriber: Subscriber,
  { channels, decode, isLost }: SessionOptions,
): Rx.Observable<Progress> => {
  const named = (chunk: ReadonlyArray<TaskChannel>): ReadonlyArray<string> =>
    chunk.map((channel) => channels.nameOf(channel));

  const receive = ({ channel: name, payload }: Message): void => {
    const channel = channels.named(name);
    if (channel === undefined) return;
    channel.heard = true;
    const meta = decode(channels.nameOf(channel), payload, channel.key);
    if (E.isLeft(meta)) channels.fail(channel, meta.left);
    else advance(channel, meta.right);
  };

  const read = (channel: TaskChannel, value: Value): void => {
    if (!channel.isOpen) return;
    channel.following = true;
    if (O.isNone(value) || value.value.length === 0) return;
    const meta = decode(channels.nameOf(channel), value.value, channel.key);
    if (E.isLeft(meta)) channels.fail(channel, meta.left);
    else if (isReady(meta.right.status) || !channel.heard) advance(channel, meta.right);
  };

  const advance = (channel: TaskChannel, meta: TaskMeta): void => {
    if (isReady(meta.status)) channels.settle(channel, meta);
    else channel.next(meta);
  };

  /** Joins those of a chunk that nobody has left meanwhile. */
  const join = (chunk: ReadonlyArray<TaskChannel>): Rx.Observable<Progress> => {
    const open = chunk.filter(({ isOpen }) => isOpen);
    for (const channel of open) channel.restart();
    return subscriber.follow(named(open)).pipe(
      Rx.tap((values) => {
        for (const [i, channel] of open.entries()) read(channel, values[i] ?? O.none);
      }),
      Rx.map(() => 'followed' as const),
      Rx.catchError((error) => (isLost(error) ? Rx.throwError(() => error) : refused(open, error))),
    );
  };

  /** One refused channel fails all that were joined with it; halving finds it, and lets the others go on. */
  const refused = (
    chunk: ReadonlyArray<TaskChannel>,
    error: ResultStoreError,
  ): Rx.Observable<Progress> => {
    const [first, ...others] = chunk;
    if (first === undefined) return Rx.EMPTY;
    if (others.length > 0) {
      return Rx.from(RA.chunksOf(Math.ceil(chunk.length / 2))(chunk)).pipe(Rx.mergeMap(join));
    }
    channels.fail(first, error);
    return Rx.EMPTY;
  };

  const leave = (chunk: ReadonlyArray<TaskChannel>): Rx.Observable<never> =>
    subscriber.leave(named(chunk)).pipe(
      Rx.ignoreElements(),
      Rx.catchError(() => Rx.EMPTY),
    );

  const resync$ = Rx.defer(() => {
    const all = channels.takeAll();
    return Rx.concat(
      Rx.of(...(all.length > 0 ? (['resyncing'] as const) : [])),
      Rx.from(chunks(all)).pipe(Rx.concatMap(join)),
      Rx.of('connected' as const),
    );
  });

  return Rx.merge(
    heard(subscriber, receive),
    channels.opened$.pipe(Rx.mergeMap((opened) => Rx.merge(...chunks(opened).map(join)))),
    channels.left$.pipe(Rx.mergeMap((left) => Rx.merge(...chunks(left).map(leave)))),
    resync$,
  );
};

/** Every result passes here, so the messages are taken off without operators. */
const heard = (
  { messages$ }: Subscriber,
  receive: (message: Message) => void,
): Rx.Observable<never> =>
  new Rx.Observable((observer) =>
    messages$.subscribe({ next: receive, error: (error) => observer.error(error) }),
  );

const chunks = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, i) =>
    all.slice(i * CHUNK, (i + 1) * CHUNK),
  );
