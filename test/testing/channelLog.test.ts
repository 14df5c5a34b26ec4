import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { channels } from '../../src/memory/memoryChannels.js';
import { ChannelLog } from '../../src/testing/channelLog.js';

const listener = { next: () => undefined };

describe('ChannelLog', () => {
  it('notes when each channel is joined and left, through what it watches', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ expectSubscriptions }) => {
      const log = new ChannelLog(scheduler);
      const watched = log.watching(channels());
      const act = {
        1: () => watched.join('a', listener),
        2: () => watched.join('b', listener),
        3: () => watched.join('a', listener),
        4: () => watched.leave('a', listener),
        5: () => watched.leave('a', listener),
        6: () => watched.join('a', listener),
        7: () => watched.leaveAll(listener),
      };
      for (const [frame, at] of Object.entries(act)) scheduler.schedule(at, Number(frame));
      expectSubscriptions(log.of('a')).toBe(['-^--!', '------^!']);
      expectSubscriptions(log.of('b')).toBe('--^----!');
      expectSubscriptions(log.of('c')).toBe([]);
    });
  });

  it('lets the channels be as they are', () => {
    const scheduler = new TestScheduler(() => undefined);
    const own = channels();
    const watched = new ChannelLog(scheduler).watching(own);
    watched.join('a', listener);
    expect([watched.names(), own.names()]).toEqual([['a'], ['a']]);
    expect(watched.publish('a', Buffer.from('x'))).toBe(1);
    watched.leave('a', listener);
    expect(own.names()).toEqual([]);
  });
});
