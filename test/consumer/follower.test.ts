import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { Follower } from '../../src/consumer/follower.js';
import type { TaskChannel } from '../../src/consumer/registry.js';
import { Closed, ResultCancelled } from '../../src/errors/errors.js';
import { Deadlines } from '../../src/operation/deadlines.js';
import type { Result } from '../../src/operation/run.js';
import { progress, success } from '../../src/testing/index.js';
import { marbles } from './marbles.js';

/** A follower of `seconds` on a channel in some state, and what it has told and left. */
const following = (
  body: (world: {
    readonly follower: Follower;
    readonly told: ReadonlyArray<Result<() => void>>;
    readonly left: () => boolean;
    readonly advance: (seconds: number, then: () => void) => void;
    readonly consumer: { isStopped: boolean };
  }) => void,
  state: TaskChannel['state'] = 'subscribing',
): void =>
  marbles((_, scheduler) => {
    const told: Array<Result<() => void>> = [];
    const listeners = new Set<unknown>();
    const channel = {
      ...{ key: 'a', state, isOpen: true, heard: false },
      add: (one: unknown) => void listeners.add(one),
      remove: (one: unknown) => void listeners.delete(one),
    };
    const consumer = { isStopped: false, deadlines: new Deadlines(scheduler) };
    const follower = new Follower(channel, consumer, 5, (result) => told.push(result));
    follower.begin();
    body({
      ...{ follower, told, consumer },
      left: () => listeners.size === 0,
      advance: (seconds, then) => void scheduler.schedule(then, seconds * 1000),
    });
  });

describe('Follower', () => {
  it('tells once that the task is followed, and what lets go of it', () =>
    following(({ follower, told, left }) => {
      expect(told).toEqual([]);
      follower.followed();
      follower.followed();
      expect(told).toHaveLength(1);
      expect(left()).toBe(false);
      const [result] = told;
      if (result !== undefined && E.isRight(result)) result.right();
      expect(left()).toBe(true);
    }));

  it('tells at once of a channel that is followed already', () =>
    following(({ told }) => expect(told).toHaveLength(1), 'following'));

  it('tells nothing once it is cancelled, and is not cancelled once it has told', () => {
    following(({ follower, told, left }) => {
      follower.cancel();
      expect([told.length, left()]).toEqual([0, true]);
    });
    following(({ follower, told, left }) => {
      follower.followed();
      follower.cancel();
      expect([told.length, left()]).toEqual([1, false]);
    });
  });

  it('is content with a result that was there before', () =>
    following(({ follower, told }) => {
      follower.next(progress('a', 1));
      follower.next(success('a', 5));
      follower.complete();
      expect(told.map(E.isRight)).toEqual([true]);
    }));

  it.each([
    [false, ResultCancelled],
    [true, Closed],
  ])('tells why there is no result, stopped: %s', (isStopped, error) =>
    following(({ follower, told, consumer }) => {
      consumer.isStopped = isStopped;
      follower.complete();
      expect(told).toEqual([E.left(expect.any(error))]);
    }),
  );

  it('stays for its time', () =>
    following(({ follower, told, left, advance }) => {
      follower.followed();
      advance(4.9, () => expect(left()).toBe(false));
      advance(5.1, () => {
        expect(left()).toBe(true);
        expect(told).toHaveLength(1);
      });
    }));
});
