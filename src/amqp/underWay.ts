/**
 * Counts what is under way, so that whoever closes can wait for it.
 *
 * @since 0.1.0
 */
import { finalize, type Run } from '../operation/run.js';

export class UnderWay {
  private count = 0;
  private waiting: Array<() => void> = [];

  counted<A>(run: Run<A>): Run<A> {
    return (settle) => {
      this.count += 1;
      return finalize(
        () => run,
        () => this.leave(),
      )(settle);
    };
  }

  /** Once none is, or after so many seconds. */
  async over(seconds: number): Promise<void> {
    if (this.count === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      timer = setTimeout(resolve, seconds * 1000);
    });
    clearTimeout(timer);
  }

  private leave(): void {
    this.count -= 1;
    if (this.count > 0) return;
    for (const go of this.waiting.splice(0)) go();
  }
}
