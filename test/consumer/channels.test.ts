import { describe, expect, it } from 'vitest';
import { Channels } from '../../src/consumer/channels.js';
import { type Host, TaskChannel } from '../../src/consumer/taskChannel.js';
import { marbles } from './marbles.js';

const host: Host = { current: (self) => self, open: () => undefined, deserted: () => undefined };

/** Channels that are open, and which ones are next in turn. */
const opened = (ids: ReadonlyArray<string>, body: (open: Channels) => void): void =>
  marbles((_, scheduler) => {
    const channels = new Channels({ prefix: '', leaveAfter: 0, scheduler });
    for (const id of ids) channels.add(new TaskChannel(id, host));
    body(channels);
  });

const next = (channels: Channels, count: number): string =>
  channels
    .next(count)
    .map(({ key }) => key)
    .join('');

const close = (channels: Channels, id: string): void => {
  const channel = channels.get(id);
  if (channel !== undefined) channels.close(channel);
};

describe('the turns of channels', () => {
  it('come in the order in which they were opened, over and over', () =>
    opened([...'abcde'], (channels) => {
      expect([1, 2, 3, 4].map((count) => next(channels, count))).toEqual([
        'a',
        'bc',
        'dea',
        'bcde',
      ]);
    }));

  it('are of each at most once where more are asked for', () =>
    opened([...'abc'], (channels) => {
      expect(next(channels, 100)).toBe('abc');
      expect(next(channels, 0)).toBe('');
    }));

  it('are not of those that were closed, and are of those opened meanwhile', () =>
    opened([...'abc'], (channels) => {
      expect(next(channels, 1)).toBe('a');
      close(channels, 'b');
      channels.add(new TaskChannel('d', host));
      expect(next(channels, 4)).toBe('cad');
    }));

  it('are of none once all are closed', () =>
    opened([...'ab'], (channels) => {
      expect(next(channels, 1)).toBe('a');
      close(channels, 'a');
      close(channels, 'b');
      expect([next(channels, 5), channels.size, channels.isEmpty]).toEqual(['', 0, true]);
    }));
});
