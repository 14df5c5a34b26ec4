import { describe, expect, it } from 'vitest';
import { channels } from '../../src/memory/memoryChannels.js';
import type { Message } from '../../src/port/commands.js';

const listener = () => {
  const heard: Array<Message> = [];
  return { heard, next: (message: Message) => void heard.push(message) };
};

describe('channels', () => {
  it('tell those who joined, and count them', () => {
    const pubsub = channels();
    const [a, b] = [listener(), listener()];
    pubsub.join('x', a);
    pubsub.join('x', b);
    pubsub.join('y', b);
    expect(pubsub.publish('x', Buffer.from('1'))).toBe(2);
    expect(pubsub.publish('y', Buffer.from('2'))).toBe(1);
    expect(pubsub.publish('z', Buffer.from('3'))).toBe(0);
    expect(a.heard).toEqual([{ channel: Buffer.from('x'), payload: Buffer.from('1') }]);
    expect(b.heard.map(({ channel }) => channel.toString())).toEqual(['x', 'y']);
  });

  it('give each listener bytes of its own', () => {
    const pubsub = channels();
    const [a, b] = [listener(), listener()];
    pubsub.join('x', a);
    pubsub.join('x', b);
    pubsub.publish('x', Buffer.from('same'));
    a.heard[0]?.payload.write('else');
    expect(b.heard[0]?.payload.toString()).toBe('same');
  });

  it('are forgotten when the last listener leaves', () => {
    const pubsub = channels();
    const [a, b] = [listener(), listener()];
    for (const channel of ['x', 'y']) pubsub.join(channel, a);
    pubsub.join('x', b);
    pubsub.leaveAll(a);
    expect(pubsub.names()).toEqual(['x']);
    pubsub.leave('x', b);
    pubsub.leave('x', b);
    expect(pubsub.names()).toEqual([]);
  });
});
