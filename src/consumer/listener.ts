/**
 * What `subscribe` makes of an observer. RxJS's own Subscriber weighs more than all the
 * rest of a watched task, and there may be a million of them; this one keeps RxJS's
 * contract with less: after the end nothing is heard, and a handler that throws disturbs
 * nobody else.
 *
 * @since 0.1.0
 */
import { type Observer, Subscription, throwError, type Unsubscribable } from 'rxjs';
import type { TaskMeta } from '../wire/taskMeta.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What an observer may have; RxJS lets each be null as well. */
export interface Handlers {
  readonly next?: ((meta: TaskMeta) => void) | null | undefined;
  readonly error?: ((error: unknown) => void) | null | undefined;
  readonly complete?: (() => void) | null | undefined;
}

export class Listener extends Subscription implements Observer<TaskMeta> {
  constructor(
    private readonly observer: Handlers,
    private readonly channel: Unsubscribable,
  ) {
    super();
  }

  next(meta: TaskMeta): void {
    if (this.closed) return;
    try {
      this.observer.next?.(meta);
    } catch (thrown) {
      report(thrown);
    }
  }

  error(error: unknown): void {
    if (this.closed) return;
    try {
      if (this.observer.error) this.observer.error(error);
      else report(error);
    } catch (thrown) {
      report(thrown);
    }
    this.unsubscribe();
  }

  complete(): void {
    if (this.closed) return;
    try {
      this.observer.complete?.();
    } catch (thrown) {
      report(thrown);
    }
    this.unsubscribe();
  }

  override unsubscribe(): void {
    if (this.closed) return;
    super.unsubscribe();
    this.channel.unsubscribe();
  }
}

/** As an error of an observable that nobody handles: RxJS throws it in a task of its own. */
const report = (error: unknown): void => {
  throwError(() => error).subscribe();
};
