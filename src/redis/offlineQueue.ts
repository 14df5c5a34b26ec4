/**
 * The bound on how many operations may wait for a connection at once. An operation
 * waits while a link is being made for it, and between its retries.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import { OfflineQueueFull } from '../errors/errors.js';

export class OfflineQueue {
  private waiting = 0;

  constructor(readonly limit: number) {}

  /** `wait` for one operation, which fails with `OfflineQueueFull` where too many wait already. */
  hold<A>(wait: Rx.Observable<A>): Rx.Observable<A> {
    return Rx.defer(() => {
      if (this.waiting >= this.limit) return Rx.throwError(() => new OfflineQueueFull(this.limit));
      this.waiting += 1;
      return wait.pipe(
        Rx.finalize(() => {
          this.waiting -= 1;
        }),
      );
    });
  }
}
