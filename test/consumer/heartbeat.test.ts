import { describe, it } from 'vitest';
import { heartbeat } from '../../src/consumer/heartbeat.js';
import type { Message } from '../../src/port/commands.js';
import { fakeSubscriber, lost, marbles, told } from './marbles.js';

const INTERVAL = 0.004;
const silent = 'ConnectionError: Redis at the subscriber link: no PONG within 0.002 s';

describe('heartbeat', () => {
  it('sends a PING each interval, as long as they are answered', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const ping = cold<void>('-(x|)', { x: undefined });
      const link = fakeSubscriber([], { ping });
      expectObservable(heartbeat(link, INTERVAL, scheduler), '^-------------!').toBe('-');
      expectSubscriptions(ping.subscriptions).toBe(['----^!', '--------^!', '------------^!']);
    }));

  it('fails where a PING is not answered within half an interval', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const ping = cold<void>('-');
      const link = fakeSubscriber([], { ping });
      expectObservable(told(heartbeat(link, INTERVAL, scheduler))).toBe('------#', {}, silent);
      expectSubscriptions(ping.subscriptions).toBe('----^-!');
    }));

  it('takes any message for an answer', () =>
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const ping = cold<void>('-');
      const messages$ = hot<Message>('x----x');
      const link = fakeSubscriber([], { ping, messages$ });
      expectObservable(told(heartbeat(link, INTERVAL, scheduler))).toBe('----------#', {}, silent);
      expectSubscriptions(ping.subscriptions).toBe(['----^!', '--------^-!']);
    }));

  it('listens to messages only while it waits for an answer', () =>
    marbles(({ cold, hot, expectObservable, expectSubscriptions }, scheduler) => {
      const messages$ = hot<Message>('-');
      const link = fakeSubscriber([], { ping: cold<void>('-(x|)'), messages$ });
      expectObservable(heartbeat(link, INTERVAL, scheduler), '^--------!').toBe('-');
      expectSubscriptions(messages$.subscriptions).toBe(['----^!', '--------^!']);
    }));

  it('fails with what a PING fails with', () =>
    marbles(({ cold, expectObservable }, scheduler) => {
      const link = fakeSubscriber([], { ping: cold('-#', undefined, lost) });
      expectObservable(heartbeat(link, INTERVAL, scheduler)).toBe('-----#', undefined, lost);
    }));

  it('is none with an interval of 0', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const ping = cold<void>('-');
      expectObservable(heartbeat(fakeSubscriber([], { ping }), 0, scheduler), '^ 60m !').toBe('-');
      expectSubscriptions(ping.subscriptions).toBe([]);
    }));

  it('ends with its subscription', () =>
    marbles(({ cold, expectObservable, expectSubscriptions }, scheduler) => {
      const ping = cold<void>('-');
      const link = fakeSubscriber([], { ping });
      expectObservable(heartbeat(link, INTERVAL, scheduler), '^----!').toBe('-');
      expectSubscriptions(ping.subscriptions).toBe('----^!');
    }));
});
