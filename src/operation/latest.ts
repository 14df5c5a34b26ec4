/**
 * `Latest`: what a loop of `for await` gets of a stream.
 *
 * A loop takes what has come when it asks. In between one value is kept, the latest, or that
 * of each key where values have keys: so a slow loop passes states over, holds no more of
 * them however slow it is, and always gets the last one, which is a task's ready state.
 *
 * It imports nothing but types, so that a browser can have it alone.
 *
 * @since 0.1.0
 */
import type { Observable, Subscription } from 'rxjs';

type Asked<A> = {
  readonly resolve: (result: IteratorResult<A, undefined>) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Either somebody asks and nothing is kept, or the other way round. Once over, what is
 * kept is given first, then the error, once; from then on it is done.
 */
export class Latest<A> implements AsyncIterableIterator<A> {
  private subscription: Subscription | undefined;
  private asked: Array<Asked<A>> = [];
  private readonly kept = new Map<unknown, A>();
  private failed: { readonly error: unknown } | undefined;
  private isOver = false;

  constructor(
    private readonly source: Observable<A>,
    private readonly keyOf: (value: A) => unknown = () => undefined,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<A, undefined>> {
    return new Promise((resolve, reject) => {
      this.asked.push({ resolve, reject });
      if (this.subscription === undefined && !this.isOver) this.subscribe();
      this.answer();
    });
  }

  /** `break` and `return` in a loop. */
  async return(): Promise<IteratorResult<A, undefined>> {
    this.leave();
    return done;
  }

  async throw(error: unknown): Promise<IteratorResult<A, undefined>> {
    this.leave();
    throw error;
  }

  private subscribe(): void {
    this.subscription = this.source.subscribe({
      next: (value) => {
        this.kept.set(this.keyOf(value), value);
        this.answer();
      },
      error: (error: unknown) => {
        this.failed = { error };
        this.end();
      },
      complete: () => this.end(),
    });
  }

  private leave(): void {
    this.subscription?.unsubscribe();
    this.kept.clear();
    this.failed = undefined;
    this.end();
  }

  private end(): void {
    this.isOver = true;
    this.answer();
  }

  private answer(): void {
    while (this.asked.length > 0) {
      const { kept, failed } = this;
      if (kept.size === 0 && !this.isOver) return;
      const asked = this.asked.shift();
      const [first] = kept;
      if (first !== undefined) {
        const [key, value] = first;
        kept.delete(key);
        asked?.resolve({ done: false, value });
      } else if (failed !== undefined) {
        this.failed = undefined;
        asked?.reject(failed.error);
      } else asked?.resolve(done);
    }
  }
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };
