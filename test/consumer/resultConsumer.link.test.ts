import * as Rx from 'rxjs';
import { describe, expect, it } from 'vitest';
import { AclError, AuthenticationError, CommandTimeout } from '../../src/errors/errors.js';
import type { Message, Subscriber } from '../../src/port/commands.js';
import { progress, started, success } from '../../src/testing/index.js';
import {
  brief,
  type Call,
  channelOf,
  consumerOver,
  fakeSubscriber,
  foundAt,
  heard,
  lost,
  marbles,
  states,
  told,
} from './marbles.js';

const ids = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, i) => `task-${i}`);

/** The calls, each with how many channels it was for. */
const counted = (calls: ReadonlyArray<Call>): ReadonlyArray<string> =>
  calls.map(([name, ...channels]) => `${name} ${channels.length}`);

const denied = (keys: ReadonlyArray<string>): AclError =>
  new AclError('&celery-task-meta-*', 'SUBSCRIBE', keys.join(), new Error('NOPERM'));

describe('what a link is asked', () => {
  it('is one follow for each 512 tasks of a tick, and one leave', () =>
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const consumer = consumerOver(Rx.NEVER.pipe(Rx.startWith(fakeSubscriber(calls))), scheduler);
      const all$ = Rx.merge(...ids(1300).map((id) => consumer.consumeFrom(id)));
      // the first one makes the link, so that the others find it open
      expectObservable(consumer.consumeFrom('first'), '^-----!').toBe('-');
      expectObservable(all$, '--^-!').toBe('-');
      expectObservable(cold('---x').pipe(Rx.map(() => counted(calls)))).toBe('---x', {
        x: ['follow 1', 'follow 512', 'follow 512', 'follow 276'],
      });
      flush();
      expect(counted(calls).slice(4)).toEqual(['leave 512', 'leave 512', 'leave 276', 'leave 1']);
    }));

  it('is nothing where a task is opened and left in one tick', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const consumer = consumerOver(Rx.NEVER.pipe(Rx.startWith(fakeSubscriber(calls))), scheduler);
      expectObservable(consumer.consumeFrom('first')).toBe('-');
      expectObservable(consumer.consumeFrom('a'), '--(^!)').toBe('-');
      flush();
      expect(calls).toEqual([['follow', channelOf('first')]]);
    }));

  it('is no leave where a task is left and opened again in one tick', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const consumer = consumerOver(Rx.NEVER.pipe(Rx.startWith(fakeSubscriber(calls))), scheduler);
      expectObservable(consumer.consumeFrom('a'), '^-!').toBe('-');
      expectObservable(consumer.consumeFrom('a'), '--^').toBe('-');
      flush();
      expect(calls).toEqual([
        ['follow', channelOf('a')],
        ['follow', channelOf('a')],
      ]);
    }));

  it('is all channels again, two chunks at once, when it is made anew', () =>
    marbles(({ cold, hot, expectObservable, expectSubscriptions, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const first = hot<Message>('-----#', undefined, lost);
      const links = cold('(12)', {
        1: fakeSubscriber([], { messages$: first }),
        2: fakeSubscriber(calls, { follow: () => cold('--(v|)', { v: [] }) }),
      });
      let made = 0;
      const link$ = Rx.defer(() => links.pipe(Rx.elementAt(made++), Rx.concatWith(Rx.NEVER)));
      const consumer = consumerOver(link$, scheduler);
      expectObservable(Rx.merge(...ids(1025).map((id) => consumer.consumeFrom(id)))).toBe('-');
      expectObservable(cold('------x-x').pipe(Rx.map(() => counted(calls).join(', ')))).toBe(
        '------a-b',
        { a: 'follow 512, follow 512', b: 'follow 512, follow 512, follow 1' },
      );
      expectObservable(consumer.connection$.pipe(Rx.map(brief))).toBe('(rc)-1---c', states);
      expectSubscriptions(first.subscriptions).toBe('^----!');
      flush();
    }));

  it('is not to follow what was left while earlier chunks were joined', () =>
    marbles(({ cold, expectObservable, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const slow = fakeSubscriber(calls, { follow: () => cold('----(v|)', { v: [] }) });
      const consumer = consumerOver(cold('-l', { l: slow }), scheduler);
      const [early, late] = [ids(1024), ids(1034).slice(1024)];
      expectObservable(Rx.merge(...early.map((id) => consumer.consumeFrom(id)))).toBe('-');
      expectObservable(Rx.merge(...late.map((id) => consumer.consumeFrom(id))), '^--!').toBe('-');
      flush();
      expect(counted(calls)).toEqual(['follow 512', 'follow 512', 'leave 10']);
    }));
});

describe('what is left', () => {
  /** When each task's last subscriber goes, and when its channel was left. */
  const left = (leaveAfter: number, gone: Readonly<Record<string, string>>) => {
    const told: Array<string> = [];
    marbles(({ expectObservable, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const link = fakeSubscriber(calls, {
        leave: () => {
          const [, ...channels] = calls.at(-1) ?? [];
          told.push(`${scheduler.now()}: ${channels.map((name) => name.slice(-1)).join(' ')}`);
          return Rx.of(undefined);
        },
      });
      const consumer = consumerOver(Rx.NEVER.pipe(Rx.startWith(link)), scheduler, {
        connection: { leaveAfter },
      });
      for (const [id, marble] of Object.entries(gone)) {
        expectObservable(consumer.consumeFrom(id), marble).toBe('-');
      }
      flush();
    });
    return told;
  };

  it('is left in the tick in which the last subscriber goes', () => {
    expect(left(0, { a: '^-!', b: '^-!', c: '^--!' })).toEqual(['2: a b', '3: c']);
  });

  it('waits until the last time is long enough ago', () => {
    const gone = { a: '^-!', b: '^--!', c: '^---!', d: '^------!', e: '^------------------!' };
    expect(left(4, gone)).toEqual(['2: a', '6: b c', '10: d', '19: e']);
  });

  it('stays where it is watched again meanwhile', () => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const link$ = Rx.NEVER.pipe(Rx.startWith(fakeSubscriber(calls)));
      const consumer = consumerOver(link$, scheduler, { connection: { leaveAfter: 4 } });
      expectObservable(consumer.consumeFrom('a'), '^-!').toBe('-');
      expectObservable(consumer.consumeFrom('b'), '^--!').toBe('-');
      expectObservable(consumer.consumeFrom('c'), '^--!').toBe('-');
      expectObservable(consumer.consumeFrom('b'), '----^').toBe('-');
      flush();
      expect(calls.filter(([name]) => name === 'leave')).toEqual([
        ['leave', channelOf('a')],
        ['leave', channelOf('c')],
      ]);
    });
  });
});

describe('a channel that is left in a hurry', () => {
  it('is left though it was watched again for less than a tick', () => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const link$ = Rx.NEVER.pipe(Rx.startWith(fakeSubscriber(calls)));
      const consumer = consumerOver(link$, scheduler);
      const one = consumer.consumeFrom('a').subscribe();
      scheduler.schedule(() => {
        one.unsubscribe();
        Rx.asapScheduler.schedule(() => two.unsubscribe());
        const two = consumer.consumeFrom('a').subscribe();
      }, 2);
      expectObservable(Rx.NEVER, '^---!').toBe('-');
      flush();
      expect(calls.at(-1)).toEqual(['leave', channelOf('a')]);
    });
  });

  it('is left soon though the clock was set back', () => {
    marbles(({ expectObservable, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const link$ = Rx.NEVER.pipe(Rx.startWith(fakeSubscriber(calls)));
      const clock = Object.create(scheduler, { now: { value: () => now() } });
      let now = () => 3_600_000 + scheduler.now();
      const consumer = consumerOver(link$, scheduler, {
        connection: { leaveAfter: 4 },
        retry: { scheduler: clock },
      });
      expectObservable(consumer.consumeFrom('a'), '^!').toBe('-');
      scheduler.schedule(() => {
        now = () => scheduler.now();
      }, 2);
      expectObservable(consumer.consumeFrom('b'), '^--!').toBe('-');
      expectObservable(Rx.NEVER, '^---------!').toBe('-');
      flush();
      expect(calls.filter(([name]) => name === 'leave')).toEqual([
        ['leave', channelOf('a')],
        ['leave', channelOf('b')],
      ]);
    });
  });

  it('is not opened again by a subscriber that cancels it when told the latest', () => {
    marbles(({ hot, expectObservable, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const messages$ = hot('-p', { p: heard(progress('a', 1)) });
      const link$ = Rx.NEVER.pipe(Rx.startWith(fakeSubscriber(calls, { messages$ })));
      const consumer = consumerOver(link$, scheduler);
      expectObservable(consumer.consumeFrom('a')).toBe('-p-|', { p: progress('a', 1) });
      scheduler.schedule(() => {
        consumer.consumeFrom('a').subscribe(() => consumer.cancelFor('a'));
      }, 3);
      flush();
      expect(calls).toEqual([
        ['follow', channelOf('a')],
        ['leave', channelOf('a')],
      ]);
    });
  });
});

describe('what a link replies', () => {
  it('may come behind a message: an older state is passed over', () =>
    marbles(({ cold, hot, expectObservable }, scheduler) => {
      const metas = { p: progress('a', 2), d: success('a', 3) };
      const link = fakeSubscriber([], {
        messages$: hot('-p--d', metas).pipe(Rx.map(heard)),
        follow: () => cold('--(v|)', { v: foundAt(progress('a', 1)) }),
      });
      const consumer = consumerOver(Rx.NEVER.pipe(Rx.startWith(link)), scheduler);
      expectObservable(consumer.consumeFrom('a')).toBe('-p--(d|)', metas);
    }));

  it('may come behind a message: a ready state wins', () =>
    marbles(({ cold, hot, expectObservable, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const metas = { s: started('a'), d: success('a', 3) };
      const link = fakeSubscriber(calls, {
        messages$: hot('-s--s', metas).pipe(Rx.map(heard)),
        follow: () => cold('--(v|)', { v: foundAt(metas.d) }),
      });
      const consumer = consumerOver(Rx.NEVER.pipe(Rx.startWith(link)), scheduler);
      expectObservable(consumer.consumeFrom('a')).toBe('-s(d|)', metas);
      flush();
      expect(calls.at(-1)).toEqual(['leave', channelOf('a')]);
    }));

  it('is nothing to a task that was left, or became ready, meanwhile', () =>
    marbles(({ cold, hot, expectObservable }, scheduler) => {
      const metas = { d: success('a', 3) };
      const link = fakeSubscriber([], {
        messages$: hot('-d', metas).pipe(Rx.map(heard)),
        follow: () => cold('---(v|)', { v: foundAt(metas.d, metas.d) }),
      });
      const consumer = consumerOver(Rx.NEVER.pipe(Rx.startWith(link)), scheduler);
      expectObservable(consumer.consumeFrom('a')).toBe('-(d|)', metas);
      expectObservable(consumer.consumeFrom('b'), '^-!').toBe('-');
    }));

  it('is nothing to who opened the task anew meanwhile', () =>
    marbles(({ cold, hot, expectObservable }, scheduler) => {
      const metas = { d: success('a', 3), e: success('a', 4) };
      const values = [foundAt(metas.d), []];
      const link = fakeSubscriber([], {
        messages$: hot('-------e', metas).pipe(Rx.map(heard)),
        follow: () => cold('---(v|)', { v: values.shift() ?? [] }),
      });
      const consumer = consumerOver(Rx.NEVER.pipe(Rx.startWith(link)), scheduler);
      expectObservable(consumer.consumeFrom('a'), '^-!').toBe('-');
      expectObservable(consumer.consumeFrom('a'), '--^').toBe('-------(e|)', metas);
    }));

  it('may be a message of a channel that nobody follows', () =>
    marbles(({ hot, expectObservable }, scheduler) => {
      const metas = { d: success('a', 3), o: success('other', 3) };
      const link = fakeSubscriber([], {
        messages$: hot('-o-d', metas).pipe(Rx.map(heard)),
      });
      const consumer = consumerOver(Rx.NEVER.pipe(Rx.startWith(link)), scheduler);
      expectObservable(consumer.consumeFrom('a')).toBe('---(d|)', metas);
    }));
});

describe('what a link refuses', () => {
  const refusing = (calls: Array<Call>, refused: string): Subscriber =>
    fakeSubscriber(calls, {
      follow: (channels) =>
        channels.includes(channelOf(refused))
          ? Rx.throwError(() => denied(channels))
          : Rx.of(foundAt(...channels.map((name) => started(name.slice(channelOf('').length))))),
    });

  it('fails that task at once, and those beside it go on', () =>
    marbles(({ expectObservable }, scheduler) => {
      const consumer = consumerOver(Rx.NEVER.pipe(Rx.startWith(refusing([], 'a'))), scheduler);
      expectObservable(consumer.connection$.pipe(Rx.map(brief))).toBe('(rc)', states);
      expectObservable(told(consumer.consumeFrom('a'))).toBe(
        '#',
        undefined,
        `AclError: SUBSCRIBE ${channelOf('a')}: the Redis user needs the ACL rule &celery-task-meta-* (NOPERM)`,
      );
      for (const id of ['b', 'c', 'd']) {
        expectObservable(consumer.consumeFrom(id)).toBe('s', { s: started(id) });
      }
    }));

  it('is not asked for again while nobody watches it', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const calls: Array<Call> = [];
      const consumer = consumerOver(Rx.NEVER.pipe(Rx.startWith(refusing(calls, 'a'))), scheduler);
      expectObservable(told(consumer.consumeFrom('a'))).toBe('#', undefined, expect.anything());
      expectObservable(told(consumer.consumeFrom('a')), '--^').toBe(
        '--#',
        undefined,
        expect.anything(),
      );
      flush();
      expect(calls.filter(([name]) => name === 'follow')).toHaveLength(2);
    }));

  it('is heard of at once where it is the login, and the next watch tries it anew', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const refused = new AuthenticationError('localhost:6379', new Error('WRONGPASS'));
      const login = cold<Subscriber>('-#', undefined, refused);
      const consumer = consumerOver(login, scheduler);
      expectObservable(consumer.consumeFrom('a')).toBe('-#', undefined, refused);
      expectObservable(consumer.consumeFrom('b'), '---^').toBe('----#', undefined, refused);
      expectSubscriptions(login.subscriptions).toBe(['^!', '---^!']);
    }));

  it('is heard of at once where a link fails as it is asked for, which is once', () =>
    marbles(({ expectObservable, flush }, scheduler) => {
      const refused = new AuthenticationError('localhost:6379', new Error('WRONGPASS'));
      let asked = 0;
      const link$ = Rx.defer(() => {
        asked += 1;
        return Rx.throwError(() => refused);
      });
      const consumer = consumerOver(link$, scheduler);
      expectObservable(consumer.pipe(Rx.mergeMap(Rx.catchError(() => Rx.EMPTY)))).toBe('-');
      expectObservable(consumer.consumeFrom('a'), '-^').toBe('-#', undefined, refused);
      flush();
      expect(asked).toBe(1);
    }));
});

describe('what a link does not answer', () => {
  it('makes it lost, where it is to follow: a link that never does so spends the policy', () =>
    marbles(({ cold, expectObservable }, scheduler) => {
      const overdue = new CommandTimeout('SUBSCRIBE', channelOf('a'), 0.002);
      const mute = fakeSubscriber([], { follow: () => cold('--#', undefined, overdue) });
      const consumer = consumerOver(Rx.NEVER.pipe(Rx.startWith(mute)), scheduler, {
        retryPolicy: { maxRetries: 2, intervalStart: 0, intervalStep: 0, intervalMax: 1 },
      });
      expectObservable(told(consumer.consumeFrom('a'))).toBe(
        '------#',
        undefined,
        `RetryLimitExceeded: Retry limit exceeded after 2 retries: ${overdue.message}`,
      );
    }));

  it('makes it lost, where a task is opened later', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const overdue = new CommandTimeout('MGET', channelOf('b'), 0.002);
      const value = { a: started('a'), b: started('b') };
      let asked = 0;
      const link = cold('l', {
        l: fakeSubscriber([], {
          follow: (channels) => {
            asked += 1;
            return asked === 2
              ? Rx.throwError(() => overdue)
              : Rx.of(foundAt(...channels.map((name) => started(name.slice(-1)))));
          },
        }),
      });
      const consumer = consumerOver(link, scheduler);
      expectObservable(consumer.consumeFrom('a')).toBe('a', value);
      expectObservable(consumer.consumeFrom('b'), '--^').toBe('--b', value);
      expectSubscriptions(link.subscriptions).toBe(['^-!', '--^']);
    }));

  it('makes it lost, where it is a PING: a new link within two intervals', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const link = cold('l', { l: fakeSubscriber([], { ping: Rx.NEVER }) });
      const consumer = consumerOver(link, scheduler, { healthCheckInterval: 0.004 });
      expectObservable(consumer.consumeFrom('a'), '^--------!').toBe('-');
      expectObservable(cold('----------x').pipe(Rx.tap(() => consumer.stop()))).toBe('----------x');
      expectSubscriptions(link.subscriptions).toBe(['^-----!', '------^---!']);
    }));
});
