/**
 * The deadline of a link: how long it may be silent while replies are owed. It measures
 * silence and not the time that a reply takes: as long as bytes arrive, nothing is overdue,
 * however large the reply and slow the link.
 *
 * One timer serves all commands of a link, and only while some are under way.
 *
 * @since 0.1.0
 */
import { afterArrivals } from './arrivals.js';

/** How often within a deadline the link is looked at. */
const LOOKS = 8;

export interface SilenceOptions {
  /** In milliseconds. */
  readonly limit: number;
  /** How many bytes have arrived so far; any change is a sign of life. */
  readonly bytesRead: () => number;
  /** How many wait for the peer to take more: fewer than before is a sign of life, too. */
  readonly bytesWaiting: () => number;
  readonly onOverdue: () => void;
}

export class Silence {
  private owed = 0;
  private heard = 0;
  private waiting = 0;
  /** When the link was last known to be alive, or to owe nothing. */
  private since = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: SilenceOptions) {}

  /** Whether any reply is owed. */
  get isOwed(): boolean {
    return this.owed > 0;
  }

  /** A command leaves. */
  begin(): void {
    if (this.owed++ > 0) return;
    this.since = performance.now();
    this.heard = this.options.bytesRead();
    this.waiting = this.options.bytesWaiting();
    this.arm();
  }

  /** Its reply has come, or never will. */
  end(): void {
    this.owed--;
  }

  private readonly look = (): void => {
    this.timer = undefined;
    if (this.owed === 0) return;
    this.listen();
    if (this.isOverdue) {
      // the process may have been busy, or frozen, while the reply came
      afterArrivals(this.options.bytesRead, () => {
        this.listen();
        if (this.owed > 0 && this.isOverdue) this.options.onOverdue();
        if (this.owed > 0) this.arm();
      });
    } else this.arm();
  };

  /** A socket that is open keeps the process alive; what looks at it need not, once it is closed. */
  private arm(): void {
    this.timer ??= setTimeout(this.look, this.options.limit / LOOKS).unref();
  }

  private listen(): void {
    const heard = this.options.bytesRead();
    const waiting = this.options.bytesWaiting();
    const isAlive = heard !== this.heard || waiting < this.waiting;
    this.waiting = waiting;
    if (!isAlive) return;
    this.heard = heard;
    this.since = performance.now();
  }

  private get isOverdue(): boolean {
    return performance.now() - this.since >= this.options.limit;
  }
}
