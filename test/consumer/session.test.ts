import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { AclError, ConnectionError, ResponseError, Unavailable } from '../../src/errors/errors.js';
import type { Found, Message, Subscriber } from '../../src/port/commands.js';
import { progress, started, success } from '../../src/testing/index.js';
import {
  brief,
  bytesOf,
  type Call,
  channelOf,
  consumerOver,
  fakeSubscriber,
  foundAt,
  heard,
  lost,
  marbles,
  message,
  states,
  told,
} from './marbles.js';

const busy = new Unavailable('BUSY', 'h:1', new Error('BUSY Redis is busy running a script.'));
const eachFrame = { maxRetries: 3, intervalStart: 0.001, intervalStep: 0, intervalMax: 0.001 };
const metas = { s: started('a'), p: progress('a', 1), d: success('a', 1), b: success('b', 2) };

/** A link that stays. */
const staying = (link: Subscriber): Rx.Observable<Subscriber> => Rx.concat(Rx.of(link), Rx.NEVER);

/** Each follow gets the next of these answers; the last one from then on. */
const answering = (...answers: ReadonlyArray<Rx.Observable<ReadonlyArray<Found>>>) => {
  const rest = [...answers];
  return () => (rest.length > 1 ? rest.shift() : rest[0]) ?? Rx.of([]);
};

const unavailable = Rx.throwError(() => busy);

describe('what the server can not answer yet', () => {
  it('is asked for again, over the same link, under the retry policy', () =>
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const follow = answering(unavailable, unavailable, Rx.of(foundAt(metas.s)));
      const link$ = cold('l', { l: fakeSubscriber(calls, { follow }) });
      const consumer = consumerOver(link$, scheduler, { retryPolicy: eachFrame });
      expectObservable(consumer.connection$.pipe(Rx.map(brief))).toBe('r-c', states);
      expectObservable(consumer.consumeFrom('a'), '^----!').toBe('--s', metas);
      expectSubscriptions(link$.subscriptions).toBe('^');
      flush();
      expect(calls).toEqual([
        ...Array(3).fill(['follow', channelOf('a')]),
        ['leave', channelOf('a')],
      ]);
    }));

  it('fails those that were asked for together, once the policy is spent, and no others', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const follow = answering(Rx.of([]), unavailable);
      const link$ = cold('l', { l: fakeSubscriber([], { follow }) });
      const consumer = consumerOver(link$, scheduler, { retryPolicy: eachFrame });
      const spent = `RetryLimitExceeded: Retry limit exceeded after 3 retries: ${busy.message}`;
      expectObservable(consumer.consumeFrom('first')).toBe('-');
      expectObservable(told(consumer.consumeFrom('a')), '--^').toBe('-----#', undefined, spent);
      expectObservable(told(consumer.consumeFrom('b')), '--^').toBe('-----#', undefined, spent);
      expectSubscriptions(link$.subscriptions).toBe('^');
    }));

  it('is not asked for again for a task that was left meanwhile', () =>
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const follow = answering(unavailable, unavailable, Rx.of([]));
      const link$ = cold('-l', { l: fakeSubscriber(calls, { follow }) });
      const consumer = consumerOver(link$, scheduler, { retryPolicy: eachFrame });
      expectObservable(consumer.consumeFrom('a'), '^-!').toBe('-');
      expectObservable(consumer.consumeFrom('b'), '^----!').toBe('-');
      flush();
      expect(calls.filter(([name]) => name === 'follow')).toEqual([
        ['follow', channelOf('a'), channelOf('b')],
        ['follow', channelOf('b')],
        ['follow', channelOf('b')],
      ]);
    }));

  it('is not asked for again on a link that was lost meanwhile', () =>
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const [one, two]: [Array<Call>, Array<Call>] = [[], []];
      const messages$ = cold<Message>('-#', undefined, lost);
      const links = [
        fakeSubscriber(one, { messages$, follow: () => unavailable }),
        fakeSubscriber(two, { follow: () => Rx.of(foundAt(metas.d)) }),
      ];
      const link$ = Rx.defer(() => staying(links.shift() ?? fakeSubscriber([])));
      const consumer = consumerOver(link$, scheduler, {
        retryPolicy: { ...eachFrame, intervalStart: 0.005, intervalMax: 0.005 },
      });
      expectObservable(consumer.consumeFrom('a')).toBe('------(d|)', metas);
      expectSubscriptions(messages$.subscriptions).toBe('^!');
      flush();
      expect([one.length, two.length]).toEqual([1, 2]);
    }));
});

describe('what is read of a task', () => {
  it('fails it alone, where its own key can not be read', () =>
    marbles(({ expectObservable, expectSubscriptions, cold }, scheduler) => {
      const wrong = new ResponseError('WRONGTYPE', 'GET', channelOf('a'), new Error('WRONGTYPE'));
      const link$ = cold('l', {
        l: fakeSubscriber([], { follow: () => Rx.of(foundAt(wrong, metas.b)) }),
      });
      const consumer = consumerOver(link$, scheduler);
      expectObservable(consumer.consumeFrom('a')).toBe('#', undefined, wrong);
      expectObservable(consumer.consumeFrom('b')).toBe('(b|)', metas);
      expectSubscriptions(link$.subscriptions).toBe('^');
    }));

  it('may come in pieces, the first of which says that all are subscribed to', () =>
    marbles(({ cold, expectObservable }, scheduler) => {
      const pieces = cold<ReadonlyArray<Found>>('-1--2|', {
        1: [{ at: 0, value: bytesOf(metas.s) }],
        2: [{ at: 1, value: bytesOf(metas.b) }],
      });
      const link$ = cold('-l', { l: fakeSubscriber([], { follow: () => pieces }) });
      const consumer = consumerOver(link$, scheduler);
      expectObservable(consumer.connection$.pipe(Rx.map(brief))).toBe('-r----c', states);
      expectObservable(consumer.consumeFrom('a')).toBe('--s', metas);
      expectObservable(consumer.consumeFrom('b')).toBe('-----(b|)', metas);
      const following = cold('-x-x').pipe(
        Rx.map(() => ['a', 'b', 'c'].map((id) => consumer.isFollowing(id))),
      );
      expectObservable(following).toBe('-n-f', {
        n: [false, false, false],
        f: [true, true, false],
      });
    }));

  it('is asked for anew, from the start, where the link is lost between two pieces', () =>
    marbles(({ cold, expectObservable }, scheduler) => {
      const first = cold<ReadonlyArray<Found>>('1-#', { 1: foundAt(metas.s) }, lost);
      const second = cold<ReadonlyArray<Found>>('1-2|', {
        1: foundAt(metas.s),
        2: [{ at: 1, value: bytesOf(metas.b) }],
      });
      const links = [first, second].map((pieces) => fakeSubscriber([], { follow: () => pieces }));
      const link$ = Rx.defer(() => staying(links.shift() ?? fakeSubscriber([])));
      const consumer = consumerOver(link$, scheduler);
      expectObservable(consumer.consumeFrom('a')).toBe('s', metas);
      expectObservable(consumer.consumeFrom('b')).toBe('----(b|)', metas);
    }));

  it('is passed over where it names another task, read or heard', () =>
    marbles(({ hot, expectObservable }, scheduler) => {
      const link$ = staying(
        fakeSubscriber([], {
          messages$: hot('-x-d', { x: message('a', bytesOf(metas.b)), d: heard(metas.d) }),
          follow: () => Rx.of(foundAt(metas.b)),
        }),
      );
      const consumer = consumerOver(link$, scheduler);
      expectObservable(consumer.consumeFrom('a')).toBe('---(d|)', metas);
    }));

  it('is no matter of the others, however deeply it is nested', () =>
    marbles(({ hot, expectObservable }, scheduler) => {
      const nested = (n: number): string => `${'['.repeat(100_000)}${n}${']'.repeat(100_000)}`;
      const deep = (n: number): Buffer =>
        Buffer.from(`{"status": "PROGRESS", "result": ${nested(n)}, "task_id": "a"}`);
      const link$ = staying(
        fakeSubscriber([], {
          messages$: hot('-xxyb-d', {
            x: message('a', deep(1)),
            y: message('a', deep(2)),
            b: heard(metas.b),
            d: heard(metas.d),
          }),
          follow: () => Rx.of([{ at: 0, value: deep(1) }]),
        }),
      );
      const consumer = consumerOver(link$, scheduler);
      const states$ = consumer.consumeFrom('a').pipe(Rx.map(({ status }) => status));
      // what can not be compared is told again
      expectObservable(states$).toBe('pppp--(d|)', {
        p: 'PROGRESS',
        d: 'SUCCESS',
      });
      expectObservable(consumer.consumeFrom('b')).toBe('----(b|)', metas);
    }));

  it('fails its task alone where it is garbage, or what decodes it throws', () =>
    marbles(({ hot, expectObservable }, scheduler) => {
      const link$ = staying(
        fakeSubscriber([], {
          messages$: hot('-gd', {
            g: message('a', Buffer.from([0xff, 0x00])),
            d: heard(metas.b),
          }),
        }),
      );
      const consumer = consumerOver(link$, scheduler, {
        decode: () => {
          throw new RangeError('too deep');
        },
      });
      expectObservable(told(consumer.consumeFrom('a'))).toBe(
        '-#',
        undefined,
        'UnexpectedError: too deep',
      );
      expectObservable(told(consumer.consumeFrom('b'))).toBe(
        '--#',
        undefined,
        'UnexpectedError: too deep',
      );
    }));
});

describe('an error of a link that is no lost connection', () => {
  it('is halved down to the channel it is of', () =>
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const denied = new AclError('&*', 'SUBSCRIBE', 'c', new Error('NOPERM'));
      const link$ = cold('-l', {
        l: fakeSubscriber(calls, {
          follow: (names) =>
            names.includes(channelOf('c')) ? Rx.throwError(() => denied) : Rx.of([]),
        }),
      });
      const consumer = consumerOver(link$, scheduler);
      expectObservable(consumer.consumeFrom('c')).toBe('-#', undefined, denied);
      for (const id of ['a', 'b', 'd']) {
        expectObservable(consumer.consumeFrom(id), '^-!').toBe('-');
      }
      flush();
      const follows = calls.filter(([name]) => name === 'follow');
      expect(follows.map(([, ...names]) => names.map((name) => name.slice(-1)).join(''))).toEqual([
        'cabd',
        'ca',
        'c',
        'a',
        'bd',
      ]);
    }));

  it('is not halved where it is of the link: that is lost, and tried again', () =>
    marbles(({ cold, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const readonly = new ConnectionError('h:1', false, new Error('READONLY'));
      const follow = answering(
        Rx.throwError(() => readonly),
        Rx.of(foundAt(metas.s)),
      );
      const link$ = cold('l', { l: fakeSubscriber(calls, { follow }) });
      const consumer = consumerOver(link$, scheduler, {
        retryPolicy: { ...eachFrame, intervalStart: 0.005, intervalMax: 0.005 },
      });
      expectObservable(consumer.connection$.pipe(Rx.map(brief))).toBe('(r1)-c', states);
      expectObservable(consumer.consumeFrom('a'), '^--------!').toBe('-----s', metas);
      expectSubscriptions(link$.subscriptions).toBe(['(^!)', '-----^']);
      flush();
      expect(calls.filter(([name]) => name === 'follow')).toHaveLength(2);
    }));
});
