import { describe, expect, it } from 'vitest';
import { Awaited } from '../../src/consumer/awaited.js';
import type { TaskChannel } from '../../src/consumer/registry.js';

const channel = (key: string) => ({ key }) as TaskChannel;

describe('who waits for a channel', () => {
  it('is told of its own alone, each time, until it leaves', () => {
    const awaited = new Awaited();
    const told: Array<string> = [];
    const leave = awaited.add('a', () => told.push('a1'));
    awaited.add('a', () => told.push('a2'));
    awaited.add('b', () => told.push('b'));
    awaited.tell([channel('a'), channel('c')]);
    leave();
    awaited.tell([channel('a')]);
    expect(told).toEqual(['a1', 'a2', 'a2']);
  });

  it('may leave when it is told, and leave again', () => {
    const awaited = new Awaited();
    const told: Array<string> = [];
    const leave = awaited.add('a', () => {
      told.push('first');
      leave();
      awaited.add('a', () => told.push('second'));
    });
    awaited.tell([channel('a')]);
    leave();
    awaited.tell([channel('a')]);
    expect(told[0]).toBe('first');
    expect(told.at(-1)).toBe('second');
  });
});
