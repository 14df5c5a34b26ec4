import { describe, expect, it } from 'vitest';
import type { Registry } from '../../src/consumer/registry.js';
import { InvalidArgument } from '../../src/errors/errors.js';
import { progress, started, success } from '../../src/testing/index.js';
import { listening, registry } from './channels.js';
import { marbles } from './marbles.js';

/** Channels that are open, and which ones are next in turn. */
const opened = (ids: ReadonlyArray<string>, body: (channels: Registry) => void): void =>
  marbles((_, scheduler) => {
    const channels = registry({ scheduler });
    for (const id of ids) listening(channels, id);
    body(channels);
  });

const next = (channels: Registry, count: number): string =>
  channels
    .next(count)
    .map(({ key }) => key)
    .join('');

const close = (channels: Registry, id: string): void => {
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
      listening(channels, 'd');
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

describe('the state of a channel', () => {
  const metas = [started('a'), progress('a', 1), success('a', 1)] as const;

  it('is absent until somebody listens, and then subscribing', () =>
    opened([], (channels) => {
      const channel = channels.channel('a');
      expect([channel.state, channel.isOpen, channels.get('a')]).toEqual([
        'absent',
        false,
        undefined,
      ]);
      listening(channels, 'a', channel);
      expect([channel.state, channel.isOpen]).toEqual(['subscribing', true]);
      expect(channels.channel('a')).toBe(channel);
    }));

  it('is following once it was read, and then resyncing on a new link', () =>
    opened(['a', 'b'], (channels) => {
      const [a, b] = [channels.channel('a'), channels.channel('b')];
      expect(channels.subscribing([a, b])).toEqual([a, b]);
      channels.following([a]);
      expect([a.state, b.state]).toEqual(['following', 'subscribing']);
      expect(channels.resyncing()).toEqual([a, b]);
      expect([a.state, b.state]).toEqual(['resyncing', 'subscribing']);
      channels.following([a, b]);
      expect([a.state, b.state]).toEqual(['following', 'following']);
    }));

  it('knows of a message since SUBSCRIBE went out', () =>
    opened(['a'], (channels) => {
      const a = channels.channel('a');
      channels.subscribing([a]);
      expect(channels.hearing(Buffer.from('a'))).toBe(a);
      expect(channels.hearing(Buffer.from('b'))).toBeUndefined();
      expect(a.heard).toBe(true);
      channels.subscribing([a]);
      expect(a.heard).toBe(false);
    }));

  it.each([
    ['settled', (channels: Registry) => channels.settle(channels.channel('a'), metas[2])],
    [
      'released',
      (channels: Registry) =>
        channels.fail(channels.channel('a'), new InvalidArgument('task_id', 'is not it')),
    ],
    ['released', (channels: Registry) => close(channels, 'a')],
    ['released', (channels: Registry) => channels.stop()],
  ])('is %s for good, and who listens then opens another', (state, end) =>
    opened(['a'], (channels) => {
      const a = channels.channel('a');
      channels.subscribing([a]);
      channels.following([a]);
      end(channels);
      expect([a.state, a.isOpen, channels.get('a')]).toEqual([state, false, undefined]);
      channels.following([a]);
      expect([a.state, channels.subscribing([a])]).toEqual([state, []]);
      expect(channels.channel('a')).not.toBe(a);
    }),
  );

  it('is released when the last listener leaves', () =>
    opened([], (channels) => {
      const a = channels.channel('a');
      const [one, two] = [listening(channels, 'a', a), listening(channels, 'a', a)];
      one.leave();
      expect(a.state).toBe('subscribing');
      two.leave();
      expect([a.state, channels.isEmpty]).toEqual(['released', true]);
    }));

  it('is released at once where all has stopped, and the listener hears why', () =>
    opened([], (channels) => {
      channels.stop();
      const { channel, heard } = listening(channels, 'a');
      expect([channel.state, channels.isEmpty]).toEqual(['released', true]);
      expect(heard.map(String)).toEqual(['Closed: The result consumer is closed']);
    }));
});
