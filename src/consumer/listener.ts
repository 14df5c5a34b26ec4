/**
 * What `subscribe` makes of an observer. RxJS's own Subscriber weighs more than all the
 * rest of a watched task, and there may be a million of them; this one keeps RxJS's
 * contract with less: after the end nothing is heard, and a handler that throws disturbs
 * nobody else.
 *
 * @since 0.1.0
 */
import { type Observer, Subscription } from 'rxjs';
import { isolated, reportUnhandled } from '../operation/isolated.js';
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

/** What is listened to; told of whom it has lost. */
interface Heard {
  readonly remove: (listener: Listener) => void;
}

export class Listener extends Subscription implements Observer<TaskMeta> {
  constructor(
    private readonly observer: Handlers,
    private readonly channel: Heard,
  ) {
    super();
  }

  next(meta: TaskMeta): void {
    if (this.closed) return;
    try {
      this.observer.next?.(meta);
    } catch (thrown) {
      reportUnhandled(thrown);
    }
  }

  error(error: unknown): void {
    if (this.closed) return;
    isolated(() => {
      if (this.observer.error) this.observer.error(error);
      else reportUnhandled(error);
    });
    this.unsubscribe();
  }

  complete(): void {
    if (this.closed) return;
    isolated(() => this.observer.complete?.());
    this.unsubscribe();
  }

  override unsubscribe(): void {
    if (this.closed) return;
    try {
      super.unsubscribe();
    } finally {
      this.channel.remove(this);
    }
  }
}
