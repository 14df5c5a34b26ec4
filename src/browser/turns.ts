/**
 * When a request may be left for the next one: once it has been answered, and listened to for
 * as long as the answer took; at its end; or where it has not been answered for so long that
 * another may do better.
 *
 * Else nothing would be told as long as somebody comes more often than the server answers.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import type { Transport } from './transport.js';

/** In milliseconds. */
const LONGEST = 10_000;

export class Turns {
  private readonly isFree = new Rx.BehaviorSubject(true);

  constructor(private readonly scheduler: Transport['scheduler']) {}

  /** Emits once the request that is under way may be left. */
  readonly free$: Rx.Observable<unknown> = Rx.defer(() =>
    this.isFree.pipe(Rx.first((isFree) => isFree)),
  );

  /** A request, which calls `answered` when it is. */
  take<A>(request: (answered: () => void) => Rx.Observable<A>): Rx.Observable<A> {
    const { scheduler } = this;
    const leave = (): void => this.isFree.next(true);
    return Rx.defer(() => {
      this.isFree.next(false);
      const began = scheduler.now();
      const listening = scheduler.schedule(leave, LONGEST);
      const answered = (): void => {
        listening.add(scheduler.schedule(leave, Math.min(scheduler.now() - began, LONGEST)));
      };
      listening.add(leave);
      return request(answered).pipe(Rx.finalize(() => listening.unsubscribe()));
    });
  }
}
