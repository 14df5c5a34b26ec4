/**
 * Lets each line through once in a second, however many operations met the same loss.
 *
 * @since 0.1.0
 */
import type { SchedulerLike } from 'rxjs';

export const oncePerSecond = (
  log: (line: string) => void,
  scheduler: SchedulerLike,
): ((line: string) => void) => {
  const lines = new Set<string>();
  let second = -1;
  return (line) => {
    const now = Math.floor(scheduler.now() / 1000);
    if (now !== second) lines.clear();
    second = now;
    if (lines.has(line)) return;
    lines.add(line);
    log(line);
  };
};
