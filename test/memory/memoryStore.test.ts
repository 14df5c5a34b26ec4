import * as O from 'fp-ts/lib/Option.js';
import {
  catchError,
  concatMap,
  delay,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  type Subscription,
  tap,
  throwError,
} from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { type MemoryStore, memoryStore } from '../../src/memory/memoryStore.js';
import { fromRun } from '../../src/operation/operation.js';
import type { Message } from '../../src/port/commands.js';
import { chordConformance } from '../port/chordConformance.js';
import { conformance } from '../port/conformance.js';

const shared = memoryStore();

const open = async () => {
  const connection = shared.connect();
  return {
    connection,
    release: async () => {
      await fromRun(connection.close)();
    },
    ttl: async (key: string) => shared.ttl(key),
  };
};

conformance('memory', open);
chordConformance('memory', open);

describe('memoryStore in virtual time', () => {
  const marbles = (body: (helpers: RunHelpers, store: MemoryStore) => void): void => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run((helpers) => body(helpers, memoryStore({ scheduler })));
  };

  const text = O.match(
    () => 'none',
    (bytes: Buffer) => bytes.toString(),
  );
  const write = (value: string, expires = 0) => ({ key: 'k', value, expires });
  /** Fails with the name and text of the error, which is all that a marble shows of it. */
  const told = <T>(source: Observable<T>): Observable<T> =>
    source.pipe(catchError((error: Error) => throwError(() => String(error))));
  const unreachable = (problem: string): string =>
    `ConnectionError: Redis at memory://: ${problem}`;

  /** What one link hears on `k`: what `follow` read, then each message. */
  const heard = ({ subscriber$ }: MemoryStore) =>
    subscriber$.pipe(
      mergeMap(({ messages$, follow }) =>
        merge(
          messages$.pipe(map(({ payload }) => payload.toString())),
          follow(['k']).pipe(
            concatMap((found) =>
              found.length === 0 ? ['none'] : found.map(({ value }) => String(value)),
            ),
          ),
        ),
      ),
      told,
    );

  it('replies within the frame in which it was asked', () =>
    marbles(({ cold, expectObservable }, { commands }) => {
      const replies = cold('a-b').pipe(mergeMap(() => fromRun(commands.incr('k'))));
      expectObservable(replies).toBe('1-2', { 1: 1, 2: 2 });
    }));

  it('never replies before the subscription is made', () => {
    const scheduler = new TestScheduler(() => undefined);
    const { commands } = memoryStore({ scheduler });
    const replies: Array<number> = [];
    fromRun(commands.incr('k')).subscribe((n) => replies.push(n));
    expect(replies).toEqual([]);
    scheduler.flush();
    expect(replies).toEqual([1]);
  });

  it('drops a key when its time is over, to the millisecond', () =>
    marbles(({ cold, expectObservable }, { commands, ttl }) => {
      const at = { s: fromRun(commands.set(write('v', 2))), g: fromRun(commands.get('k')) };
      const replies = cold<'s' | 'g'>('s 1998ms gg').pipe(
        mergeMap((command) =>
          command === 's' ? at.s.pipe(map(() => `ttl ${ttl('k')}`)) : at.g.pipe(map(text)),
        ),
      );
      expectObservable(replies).toBe('t 1998ms vn', { t: 'ttl 2', v: 'v', n: 'none' });
    }));

  it('counts the time to live of a key from its last write', () =>
    marbles(({ cold, expectObservable }, { commands }) => {
      const writes = cold('w 1500ms w').pipe(mergeMap(() => fromRun(commands.set(write('v', 2)))));
      const reads = cold('3500ms r 2ms r').pipe(
        mergeMap(() => fromRun(commands.get('k'))),
        map(text),
      );
      expectObservable(writes).toBe('0 1500ms 0', { 0: 0 });
      expectObservable(reads).toBe('3500ms v 2ms n', { v: 'v', n: 'none' });
    }));

  it('gives a subscriber what was set before, and then what is set, in order', () =>
    marbles(({ cold, expectObservable }, store) => {
      const writes = cold('ab-c-d').pipe(
        mergeMap((letter) => fromRun(store.commands.set(write(letter)))),
      );
      expectObservable(writes).toBe('00-1-0', { 0: 0, 1: 1 });
      expectObservable(heard(store), '--^-!').toBe('--bc');
    }));

  it('keeps no channel once a subscriber has gone', () =>
    marbles(({ cold, expectObservable }, store) => {
      expectObservable(heard(store), '^--!').toBe('n', { n: 'none' });
      const seen = cold('-a--b').pipe(map(store.subscriptions));
      expectObservable(seen).toBe('-a--b', { a: ['k'], b: [] });
    }));

  it('fails every link when it is cut, and serves those that come back', () =>
    marbles(({ cold, expectObservable }, store) => {
      const lost = unreachable('the link was cut');
      expectObservable(heard(store)).toBe('n--#', { n: 'none' }, lost);
      expectObservable(heard(store)).toBe('n--#', { n: 'none' }, lost);
      expectObservable(cold('---x').pipe(tap(store.cut))).toBe('---x');
      expectObservable(
        cold('----w').pipe(mergeMap(() => fromRun(store.commands.set(write('v'))))),
      ).toBe('----0', { 0: 0 });
      expectObservable(heard(store), '-----^-!').toBe('-----v');
      expectObservable(cold('----a---b').pipe(map(store.subscriptions))).toBe('----a---b', {
        a: [],
        b: [],
      });
    }));

  it('refuses all while it is down, and has its keys when it is up again', () =>
    marbles(({ cold, expectObservable }, store) => {
      const refused = unreachable('connection refused');
      const read = told(fromRun(store.commands.get('k')).pipe(map(text)));
      expectObservable(fromRun(store.commands.set(write('v')))).toBe('(0|)', { 0: 0 });
      expectObservable(
        cold('--d--u').pipe(
          tap((switched) => store.down(switched === 'd')),
          ignoreElements(),
        ),
      ).toBe('-');
      expectObservable(heard(store)).toBe('v-#', undefined, unreachable('the link was cut'));
      expectObservable(read, '---^').toBe('---#', undefined, refused);
      expectObservable(told(store.subscriber$), '---^').toBe('---#', undefined, refused);
      expectObservable(read, '------^').toBe('------(v|)');
    }));

  it('fails what a link is asked once it is gone', () =>
    marbles(({ expectObservable }, store) => {
      const late = store.subscriber$.pipe(
        tap(store.cut),
        mergeMap((subscriber) => subscriber.follow(['k'])),
        told,
      );
      expectObservable(late).toBe('#', undefined, unreachable('the link is gone'));
    }));

  it('closes its links with Closed', () =>
    marbles(({ cold, expectObservable }, store) => {
      expectObservable(heard(store)).toBe(
        'n--#',
        { n: 'none' },
        'Closed: The connection is closed',
      );
      const closed = cold('---c').pipe(mergeMap(() => fromRun(store.close)));
      expectObservable(closed).toBe('---c', { c: undefined });
    }));

  it('runs a command that was sent, though nobody waits for the reply', () =>
    marbles(({ expectObservable }, { commands }) => {
      fromRun(commands.incr('k'))
        .subscribe(() => expect.unreachable('a dropped reply'))
        .unsubscribe();
      expectObservable(fromRun(commands.incr('k')).pipe(delay(1))).toBe('-(2|)', { 2: 2 });
    }));

  it('never connects a subscriber that left at once', () => {
    const scheduler = new TestScheduler(() => undefined);
    const store = memoryStore({ scheduler });
    store.subscriber$.subscribe(() => expect.unreachable('a dropped link')).unsubscribe();
    scheduler.flush();
    expect(store.subscriptions()).toEqual([]);
  });

  it('goes on publishing where a listener leaves while it is told', () => {
    const scheduler = new TestScheduler(() => undefined);
    const store = memoryStore({ scheduler });
    const messages: Array<Message> = [];
    const listenOnce = (): Subscription => {
      const link = store.subscriber$.subscribe((subscriber) => {
        subscriber.messages$.subscribe((message) => {
          messages.push(message);
          link.unsubscribe();
        });
        subscriber.follow(['k']).subscribe();
      });
      return link;
    };
    listenOnce();
    listenOnce();
    scheduler.flush();
    const receivers: Array<number> = [];
    fromRun(store.commands.set(write('v'))).subscribe((n) => receivers.push(n));
    scheduler.flush();
    expect([receivers, messages.length, store.subscriptions()]).toEqual([[2], 2, []]);
  });
});
