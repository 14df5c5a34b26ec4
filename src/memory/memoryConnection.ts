/**
 * One connection to a `MemoryServer`, behind the port.
 *
 * A link is `opening → open → gone`: gone when its subscriber unsubscribes, when it
 * is cut, when the server goes down, or when its connection is closed.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as Rx from 'rxjs';
import { Closed, type ResultStoreError } from '../errors/errors.js';
import { fromRun } from '../operation/operation.js';
import { type Run, settled } from '../operation/run.js';
import type { Connection, Found, Message, Subscriber } from '../port/commands.js';
import type { Reply } from './memoryCommands.js';
import { type MemoryLink, type MemoryServer, unreachable } from './memoryServer.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const memoryConnection = (server: MemoryServer, scheduler: Rx.SchedulerLike): Connection => {
  const own = new Set<MemoryLink>();
  let isClosed = false;

  const refusal = (): ResultStoreError | undefined =>
    isClosed ? new Closed('connection') : server.refusal();

  const command = <A>(run: () => Reply<A>): Run<A> => server.request(refusal, run);

  return {
    commands: {
      get: (key) => command(() => E.right(server.commands.get(key))),
      mget: (keys) =>
        keys.length === 0
          ? settled(E.right([]))
          : command(() => E.right(keys.map(server.commands.get))),
      set: (write) => command(() => server.commands.set(write)),
      store: (write, expected) => command(() => server.commands.store(write, expected)),
      delete: (key) => command(() => E.right(server.commands.delete(key))),
      incr: (key) => command(() => server.commands.incr(key)),
      once: (once) => command(() => server.commands.once(once)),
      expire: (key, seconds) => command(() => server.commands.expire(key, seconds)),
      ping: command(() => E.right(undefined)),
    },
    chords: {
      resize: (...args) => command(() => server.chords.resize(...args)),
      save: (...args) => command(() => server.chords.save(...args)),
      part: (part) => command(() => server.chords.part(part)),
      parts: (...args) => command(() => server.chords.parts(...args)),
      counted: (...args) => command(() => server.chords.counted(...args)),
      saved: (...args) => command(() => server.chords.saved(...args)),
      dispatch: (dispatch) => command(() => server.chords.dispatch(dispatch)),
      extend: (...args) => command(() => server.chords.extend(...args)),
      cleanUp: (...args) => command(() => server.chords.cleanUp(...args)),
      release: (...args) => command(() => server.chords.release(...args)),
      server: () => command(() => server.chords.server()),
      look: (terms) => command(() => server.chords.look(terms)),
    },
    subscriber$: new Rx.Observable((observer) => {
      const link = new Rx.Subject<Message>();
      const opening = scheduler.schedule(() => {
        const error = refusal();
        if (error !== undefined) return observer.error(error);
        server.links.add(link);
        own.add(link);
        observer.next(subscriberOn(server, link, refusal));
      });
      return () => {
        opening.unsubscribe();
        own.delete(link);
        server.links.delete(link);
        server.channels.leaveAll(link);
        link.complete();
      };
    }),
    leaveAfter: 0,
    isReady: () => true,
    queue: { enter: () => E.right(constVoid) },
    taken: settled(E.right(undefined)),
    close: server.request<void>(
      () => undefined,
      () => {
        isClosed = true;
        for (const link of own) server.hangUp(link, new Closed('connection'));
        return E.right(undefined);
      },
    ),
  };
};

const subscriberOn = (
  server: MemoryServer,
  link: MemoryLink,
  refusal: () => ResultStoreError | undefined,
): Subscriber => {
  const obstacle = (): ResultStoreError | undefined =>
    server.links.has(link) ? undefined : (refusal() ?? unreachable('the link is gone'));

  const onLink = <A>(run: () => A): Run<A> => server.request(obstacle, () => E.right(run()));

  let arrived = 0;
  link.subscribe({ next: () => arrived++, error: constVoid });

  const read = (names: ReadonlyArray<string>): ReadonlyArray<Found> =>
    names.flatMap((name, at) => {
      const value = server.commands.get(name);
      return O.isNone(value) ? [] : [{ at, value: value.value }];
    });

  return {
    messages$: link.asObservable(),
    follow: (names) =>
      names.length === 0
        ? Rx.EMPTY
        : fromRun(
            onLink(() => {
              for (const name of names) server.channels.join(name, link);
              return read(names);
            }),
          ),
    read: (names) => (names.length === 0 ? Rx.EMPTY : fromRun(onLink(() => read(names)))),
    leave: (names) =>
      names.length === 0
        ? settled(E.right(undefined))
        : onLink(() => {
            for (const name of names) server.channels.leave(name, link);
          }),
    ping: onLink(() => {
      arrived++;
    }),
    arrived: () => arrived,
  };
};
