import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Silence } from '../../src/operation/silence.js';

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A link with a deadline of a second, and when it was found overdue. */
const link = () => {
  const began = performance.now();
  const state = { bytes: 0, waiting: 0, overdue: [] as Array<number> };
  const silence = new Silence({
    limit: 1000,
    bytesRead: () => state.bytes,
    bytesWaiting: () => state.waiting,
    onOverdue: () => state.overdue.push(Math.round(performance.now() - began)),
  });
  return { silence, state };
};

describe('silence', () => {
  it('is overdue once it has lasted as long as the limit while a reply is owed', () => {
    const { silence, state } = link();
    silence.begin();
    vi.advanceTimersByTime(990);
    expect(state.overdue).toEqual([]);
    vi.advanceTimersByTime(140);
    expect(state.overdue).toHaveLength(1);
    expect(state.overdue[0]).toBeLessThanOrEqual(1125);
  });

  it('is none where nothing is owed', () => {
    const { silence, state } = link();
    silence.begin();
    expect(silence.isOwed).toBe(true);
    silence.end();
    expect(silence.isOwed).toBe(false);
    vi.advanceTimersByTime(10_000);
    expect(state.overdue).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is broken by any byte, however large the reply and slow the link', () => {
    const { silence, state } = link();
    silence.begin();
    for (let i = 0; i < 100; i += 1) {
      vi.advanceTimersByTime(800);
      state.bytes += 1;
    }
    expect(state.overdue).toEqual([]);
    vi.advanceTimersByTime(1300);
    expect(state.overdue[0]).toBeGreaterThanOrEqual(81_000);
  });

  it('is broken as well by a peer that takes what is sent, however slowly', () => {
    const { silence, state } = link();
    state.waiting = 1000;
    silence.begin();
    for (let i = 0; i < 10; i += 1) {
      vi.advanceTimersByTime(800);
      state.waiting -= 10;
    }
    expect(state.overdue).toEqual([]);
    state.waiting += 500;
    vi.advanceTimersByTime(1300);
    expect(state.overdue[0]).toBeGreaterThanOrEqual(8200);
  });

  it('counts from the command that found the link idle, not from the last byte before', () => {
    const { silence, state } = link();
    silence.begin();
    silence.end();
    vi.advanceTimersByTime(5000);
    silence.begin();
    vi.advanceTimersByTime(900);
    expect(state.overdue).toEqual([]);
    vi.advanceTimersByTime(300);
    expect(state.overdue[0]).toBeGreaterThanOrEqual(6000);
  });

  it('goes on while other replies are owed, and is not hidden by commands that come later', () => {
    const { silence, state } = link();
    silence.begin();
    for (let i = 0; i < 10; i += 1) {
      vi.advanceTimersByTime(100);
      silence.begin();
    }
    silence.end();
    vi.advanceTimersByTime(200);
    expect(state.overdue[0]).toBeLessThanOrEqual(1125);
  });

  it('takes what has arrived before it is overdue, though the process was busy', () => {
    const { silence, state } = link();
    silence.begin();
    vi.advanceTimersByTime(500);
    // the process is frozen; its timers are due before its sockets are read
    vi.setSystemTime(Date.now() + 60_000);
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000);
    setImmediate(() => {
      state.bytes += 100;
    });
    vi.advanceTimersByTime(130);
    expect(state.overdue).toEqual([]);
  });

  it('has one timer for all commands', () => {
    const { silence } = link();
    for (let i = 0; i < 1000; i += 1) silence.begin();
    expect(vi.getTimerCount()).toBe(1);
  });
});
