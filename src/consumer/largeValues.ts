/**
 * Values that are too large to be read beside subscriptions are read over the pool, where
 * no limit of the server's holds. A read goes on while the link that listens is made anew:
 * what has arrived is not asked for again.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { constVoid } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import type { ResultStoreError } from '../errors/errors.js';
import { type Run, started } from '../operation/run.js';
import type { Value } from '../port/commands.js';
import type { TaskChannel } from './registry.js';

export interface LargeValuesOptions {
  readonly read: (channel: TaskChannel) => Run<Value>;
  /** Whether it was ready; what is not may be older than what is stored now. */
  readonly take: (channel: TaskChannel, bytes: Buffer) => boolean;
  readonly fail: (channel: TaskChannel, error: ResultStoreError) => void;
}

/** How many are read at once. */
const AT_ONCE = 2;

interface Request {
  readonly channel: TaskChannel;
  /** Told where what was read made the task ready. */
  readonly onReady: () => void;
  /** Whether it was asked for again since it is read. */
  again: boolean;
}

export class LargeValues {
  private readonly asked = new Map<TaskChannel, Request>();
  private readonly queue: Array<Request> = [];
  private underWay = 0;

  constructor(private readonly options: LargeValuesOptions) {}

  request(channel: TaskChannel, onReady: () => void = constVoid): void {
    const asked = this.asked.get(channel);
    if (asked !== undefined) {
      asked.again = true;
      return;
    }
    const request = { channel, onReady, again: false };
    this.asked.set(channel, request);
    this.queue.push(request);
    this.advance();
  }

  private advance(): void {
    while (this.underWay < AT_ONCE) {
      const request = this.queue.shift();
      if (request === undefined) return;
      if (request.channel.isOpen) this.read(request);
      else this.asked.delete(request.channel);
    }
  }

  private read(request: Request): void {
    const { channel, onReady } = request;
    this.underWay += 1;
    request.again = false;
    started(
      () => this.options.read(channel),
      (value) => {
        this.underWay -= 1;
        this.asked.delete(channel);
        const wasOpen = channel.isOpen;
        if (E.isLeft(value)) this.options.fail(channel, value.left);
        else if (O.isSome(value.right) && this.options.take(channel, value.right.value)) {
          if (wasOpen) onReady();
        } else if (request.again) this.request(channel, onReady);
        this.advance();
      },
    );
  }
}
