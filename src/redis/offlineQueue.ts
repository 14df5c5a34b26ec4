/**
 * The bound on how many operations may wait for a connection at once. An operation waits
 * while a link is being made for it, and from its first retry to its end.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { OfflineQueueFull } from '../errors/errors.js';
import type { Queue } from '../port/commands.js';

export class OfflineQueue implements Queue {
  private waiting = 0;

  constructor(readonly limit: number) {}

  enter(): E.Either<OfflineQueueFull, () => void> {
    if (this.waiting >= this.limit) return E.left(new OfflineQueueFull(this.limit));
    this.waiting += 1;
    let isIn = true;
    return E.right(() => {
      if (isIn) this.waiting -= 1;
      isIn = false;
    });
  }
}
