/**
 * One connection to a `MemoryServer`, behind the port.
 *
 * A link is `opening → open → gone`: gone when its subscriber unsubscribes, when it
 * is cut, when the server goes down, or when its connection is closed.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { Observable, type SchedulerLike, Subject } from 'rxjs';
import { Closed, type ResultStoreError } from '../errors/errors.js';
import { type Operation, of } from '../operation/operation.js';
import type { Connection, Message, Subscriber } from '../port/commands.js';
import type { Reply } from './memoryCommands.js';
import { type MemoryLink, type MemoryServer, unreachable } from './memoryServer.js';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const memoryConnection = (server: MemoryServer, scheduler: SchedulerLike): Connection => {
  const own = new Set<MemoryLink>();
  let isClosed = false;

  const refusal = (): ResultStoreError | undefined =>
    isClosed ? new Closed('connection') : server.refusal();

  const command = <A>(run: () => Reply<A>): Operation<A> => server.request(refusal, run);

  return {
    commands: {
      get: (key) => command(() => E.right(server.commands.get(key))),
      mget: (keys) =>
        keys.length === 0 ? of([]) : command(() => E.right(keys.map(server.commands.get))),
      set: (write) => command(() => server.commands.set(write)),
      store: (write, expected) => command(() => server.commands.store(write, expected)),
      delete: (key) => command(() => E.right(server.commands.delete(key))),
      incr: (key) => command(() => server.commands.incr(key)),
      expire: (key, seconds) => command(() => server.commands.expire(key, seconds)),
    },
    subscriber$: new Observable((observer) => {
      const link = new Subject<Message>();
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

  const onLink = <A>(run: () => A): Operation<A> => server.request(obstacle, () => E.right(run()));

  return {
    messages$: link.asObservable(),
    follow: (names) =>
      names.length === 0
        ? of([])
        : onLink(() => {
            for (const name of names) server.channels.join(name, link);
            return names.map(server.commands.get);
          }),
    leave: (names) =>
      names.length === 0
        ? of(undefined)
        : onLink(() => {
            for (const name of names) server.channels.leave(name, link);
          }),
    ping: onLink(() => undefined),
  };
};
