import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import { describe, it } from 'vitest';
import { heartbeat } from '../../src/consumer/heartbeat.js';
import { fromSource, type Run, settled } from '../../src/operation/run.js';
import type { Subscriber } from '../../src/port/commands.js';
import { fakeSubscriber, lost, marbles, told } from './marbles.js';

const INTERVAL = 0.004;
const silent =
  'ConnectionError: Redis at the subscriber link: nothing arrived within 0.002 s of a PING';

const beating = (
  subscriber: Subscriber,
  scheduler: TestScheduler,
  { seconds = INTERVAL, taken = settled(E.right(undefined)) as Run<void> } = {},
) => told(heartbeat(subscriber, seconds, scheduler, taken));

/** How often something has arrived: once for each marble. */
const arriving = (source: Rx.Observable<unknown>): Subscriber['arrived'] => {
  let count = 0;
  source.subscribe(() => {
    count += 1;
  });
  return () => count;
};

describe('heartbeat', () => {
  it('sends a PING each interval, as long as something arrives', () =>
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const ping = cold<void>('-(x|)', { x: undefined });
      const arrived = arriving(hot('-----x---x---x'));
      const link = fakeSubscriber([], { ping, arrived });
      expectObservable(beating(link, scheduler), '^--------------!').toBe('-');
      expectSubscriptions(ping.subscriptions).toBe(['----^!', '--------^!', '------------^!']);
    }));

  it('fails where nothing arrives within half an interval of a PING', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const ping = cold<void>('-');
      const link = fakeSubscriber([], { ping });
      expectObservable(beating(link, scheduler)).toBe('------#', {}, silent);
      expectSubscriptions(ping.subscriptions).toBe('----^-!');
    }));

  it('takes anything for an answer, and sends no PING while there is none to the last one', () =>
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const ping = cold<void>('-----#', {}, lost);
      const link = fakeSubscriber([], { ping, arrived: arriving(hot('x----x')) });
      expectObservable(beating(link, scheduler)).toBe('--------------#', {}, silent);
      expectSubscriptions(ping.subscriptions).toBe(['----^----!', '------------^-!']);
    }));

  it('does not take what came before the PING for an answer to it', () =>
    marbles(({ cold, hot, expectObservable }, scheduler) => {
      const link = fakeSubscriber([], { ping: cold('-'), arrived: arriving(hot('-xxx')) });
      expectObservable(beating(link, scheduler)).toBe('------#', {}, silent);
    }));

  it('takes an error that arrives for a sign of life', () =>
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const ping = cold<void>('-#', {}, lost);
      const link = fakeSubscriber([], { ping, arrived: arriving(hot('-----x---x')) });
      expectObservable(beating(link, scheduler), '^----------!').toBe('-');
      expectSubscriptions(ping.subscriptions).toBe(['----^!', '--------^!']);
    }));

  it('takes what has arrived before it fails', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      let count = 0;
      const reading = cold<void>('-(x|)', { x: undefined });
      const taken = fromSource(
        reading.pipe(
          Rx.tap(() => {
            count += 1;
          }),
        ),
      );
      const link = fakeSubscriber([], { ping: cold('-'), arrived: () => count });
      expectObservable(beating(link, scheduler, { taken }), '^------------!').toBe('-');
      expectSubscriptions(reading.subscriptions).toBe(['------^!']);
    }));

  it('is none with an interval of 0', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const ping = cold<void>('-');
      const link = fakeSubscriber([], { ping });
      expectObservable(beating(link, scheduler, { seconds: 0 }), '^ 60m !').toBe('-');
      expectSubscriptions(ping.subscriptions).toBe([]);
    }));

  it('ends with its subscription', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const ping = cold<void>('-');
      const link = fakeSubscriber([], { ping });
      expectObservable(beating(link, scheduler), '^----!').toBe('-');
      expectSubscriptions(ping.subscriptions).toBe('----^!');
    }));
});
