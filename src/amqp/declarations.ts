/**
 * What has been declared over a link, each once. One after another: a refusal closes the
 * channel, and is no matter of the others.
 *
 * @since 0.1.0
 */
import type { Channel } from 'amqplib';
import { failureOf } from './failure.js';
import type { Link } from './link.js';
import type { Need, Step } from './needs.js';

export class Declarations {
  private readonly made = new Map<string, Promise<void>>();
  private readonly ready = new Set<Promise<void>>();
  private last: Promise<unknown> = Promise.resolve();
  private channel: Channel | undefined;

  constructor(private readonly link: Link) {}

  /** Of the needs, those that are not met yet. */
  missing(needs: Iterable<Need>): ReadonlyArray<Need> {
    const found = new Map<string, Need>();
    for (const need of needs) {
      const made = this.made.get(need.id);
      if (made === undefined || !this.ready.has(made)) found.set(need.id, need);
    }
    return [...found.values()];
  }

  /** Fails with a `ResultStoreError`; then it is tried again when it is next needed. */
  make(need: Need): Promise<void> {
    const begun = this.made.get(need.id);
    if (begun !== undefined) return begun;
    const making = this.last.then(() => this.run(need.steps()));
    this.made.set(need.id, making);
    this.last = making.then(
      () => this.ready.add(making),
      () => this.forget(need.id, making),
    );
    return making;
  }

  /** By which a declaration is told from a later one of the same need. */
  current(need: Need): Promise<void> | undefined {
    return this.made.get(need.id);
  }

  /** Made anew, unless it was meanwhile: somebody may have deleted a queue. */
  renew(need: Need, known: Promise<void> | undefined): Promise<void> {
    if (known !== undefined) this.forget(need.id, known);
    return this.make(need);
  }

  private forget(id: string, making: Promise<void>): void {
    if (this.made.get(id) === making) this.made.delete(id);
    this.ready.delete(making);
  }

  private async run(steps: ReadonlyArray<Step>): Promise<void> {
    for (const step of steps) {
      try {
        this.channel ??= await this.open();
        await this.link.owed(step.on(this.channel));
      } catch (reason) {
        // where it broke on the way, nothing was published yet
        throw failureOf(reason, step, () => this.link.lost(step, false));
      }
    }
  }

  private async open(): Promise<Channel> {
    const channel = await this.link.channel();
    channel.on('close', () => {
      this.channel = undefined;
    });
    return channel;
  }
}
