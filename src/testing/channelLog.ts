/**
 * `ChannelLog`: which channels were subscribed to, and when, in the form that
 * `expectSubscriptions` takes.
 *
 * @since 0.1.0
 */
import type { Subscription } from 'rxjs';
import type { RunHelpers, TestScheduler } from 'rxjs/testing';
import type { Channels } from '../memory/memoryChannels.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * When something was subscribed to, and when it was left, in frames.
 *
 * @category model
 * @since 0.1.0
 */
export type SubscriptionLogs = Parameters<RunHelpers['expectSubscriptions']>[0];

/**
 * Each channel has a hot observable without values beside it, which is subscribed to for
 * as long as the channel is: RxJS keeps the log.
 */
export class ChannelLog {
  private readonly probes = new Map<string, ReturnType<TestScheduler['createHotObservable']>>();
  private readonly joined = new Map<string, Subscription>();

  constructor(private readonly scheduler: TestScheduler) {}

  of(channel: string): SubscriptionLogs {
    return this.probe(channel).subscriptions;
  }

  /** `channels`, with a note of all that is joined and left through it. */
  watching(channels: Channels): Channels {
    return {
      ...channels,
      join: (channel, listener) => {
        channels.join(channel, listener);
        if (!this.joined.has(channel)) {
          this.joined.set(channel, this.probe(channel).subscribe());
        }
      },
      leave: (channel, listener) => {
        channels.leave(channel, listener);
        this.forget(channel);
      },
      leaveAll: (listener) => {
        channels.leaveAll(listener);
        for (const channel of this.joined.keys()) this.forget(channel);
      },
    };
  }

  private forget(channel: string): void {
    this.joined.get(channel)?.unsubscribe();
    this.joined.delete(channel);
  }

  private probe(channel: string) {
    const probe = this.probes.get(channel) ?? this.scheduler.createHotObservable('');
    this.probes.set(channel, probe);
    return probe;
  }
}
