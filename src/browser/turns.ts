/**
 * When a request may be left for the next one: once it has been answered, and listened to for
 * as long as the answer took; or at its end.
 *
 * Else nothing would be told as long as somebody comes more often than the server answers.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import { milliseconds, type Transport } from './transport.js';

export class Turns {
  private readonly isFree = new Rx.BehaviorSubject(true);

  constructor(private readonly transport: Transport) {}

  /** Emits once the request that is under way may be left. */
  readonly free$: Rx.Observable<unknown> = Rx.defer(() =>
    this.isFree.pipe(Rx.first((isFree) => isFree)),
  );

  /** A request, which calls `answered` when it is. */
  take<A>(request: (answered: () => void) => Rx.Observable<A>): Rx.Observable<A> {
    const { scheduler, stallTimeout } = this.transport;
    const leave = (): void => this.isFree.next(true);
    return Rx.defer(() => {
      this.isFree.next(false);
      const began = scheduler.now();
      const listening = new Rx.Subscription();
      const answered = (): void => {
        const took = Math.min(scheduler.now() - began, milliseconds(stallTimeout));
        listening.add(scheduler.schedule(leave, took));
      };
      listening.add(leave);
      return request(answered).pipe(Rx.finalize(() => listening.unsubscribe()));
    });
  }
}
