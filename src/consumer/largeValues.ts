/**
 * Values that are too large to be read beside subscriptions are read over the pool, where
 * no limit of the server's holds. A read goes on while the link that listens is made anew:
 * what has arrived is not asked for again.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import type { ResultStoreError } from '../errors/errors.js';
import { type Run, started } from '../operation/run.js';
import type { Value } from '../port/commands.js';
import type { TaskChannel } from './taskChannel.js';

export interface LargeValuesOptions {
  readonly read: (channel: TaskChannel) => Run<Value>;
  /** Whether that was news; what is none may be older than what is stored now. */
  readonly take: (channel: TaskChannel, bytes: Buffer) => boolean;
  readonly fail: (channel: TaskChannel, error: ResultStoreError) => void;
}

/** How many are read at once. */
const AT_ONCE = 2;

export class LargeValues {
  /** Asked for, and whether they were asked for again since. */
  private readonly asked = new Map<TaskChannel, 'once' | 'again'>();
  private readonly queue: Array<TaskChannel> = [];
  private underWay = 0;

  constructor(private readonly options: LargeValuesOptions) {}

  request(channel: TaskChannel): void {
    if (this.asked.has(channel)) {
      this.asked.set(channel, 'again');
      return;
    }
    this.asked.set(channel, 'once');
    this.queue.push(channel);
    this.advance();
  }

  private advance(): void {
    while (this.underWay < AT_ONCE) {
      const channel = this.queue.shift();
      if (channel === undefined) return;
      if (!channel.isOpen) {
        this.asked.delete(channel);
        continue;
      }
      this.underWay += 1;
      this.asked.set(channel, 'once');
      started(
        () => this.options.read(channel),
        (value) => {
          this.underWay -= 1;
          const isAsked = this.asked.get(channel) === 'again';
          this.asked.delete(channel);
          if (E.isLeft(value)) this.options.fail(channel, value.left);
          else {
            const isNews = O.isSome(value.right) && this.options.take(channel, value.right.value);
            if (!isNews && isAsked) this.request(channel);
          }
          this.advance();
        },
      );
    }
  }
}
