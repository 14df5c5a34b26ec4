import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { OfflineQueue } from '../../src/redis/offlineQueue.js';

/** The ways out of as many places as were to be had. */
const entered = (queue: OfflineQueue, count: number) =>
  Array.from({ length: count }, () => queue.enter()).flatMap((place) =>
    E.isRight(place) ? [place.right] : [],
  );

describe('the offline queue', () => {
  it('has so many places, and says how many there are', () => {
    const queue = new OfflineQueue(2);
    expect(entered(queue, 3)).toHaveLength(2);
    expect(queue.enter()).toMatchObject({ left: { _tag: 'OfflineQueueFull', limit: 2 } });
  });

  it('has a place again once one is left, and but one however often that is said', () => {
    const queue = new OfflineQueue(2);
    const [leave] = entered(queue, 2);
    leave?.();
    leave?.();
    expect(entered(queue, 2)).toHaveLength(1);
  });

  it('may have none at all', () => {
    expect(entered(new OfflineQueue(0), 1)).toEqual([]);
  });
});
