/**
 * Who waits for a task's channel to be subscribed to. Each is told of its own task alone: of
 * many that wait, most wait for another one.
 *
 * @since 0.1.0
 */
import type { TaskChannel } from './registry.js';

export class Awaited {
  private readonly waiting = new Map<string, Set<() => void>>();

  /** `look` each time the channel has come to be followed, until what this gives is called. */
  add(taskId: string, look: () => void): () => void {
    const looks = this.waiting.get(taskId) ?? new Set();
    this.waiting.set(taskId, looks.add(look));
    return () => {
      looks.delete(look);
      if (looks.size === 0 && this.waiting.get(taskId) === looks) this.waiting.delete(taskId);
    };
  }

  tell(channels: ReadonlyArray<TaskChannel>): void {
    if (this.waiting.size === 0) return;
    for (const { key } of channels) {
      for (const look of this.waiting.get(key) ?? []) look();
    }
  }
}
