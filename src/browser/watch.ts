/**
 * What one subscriber watches on a link, and how far that is.
 *
 * @since 0.1.0
 */
import { isReady } from '../states.js';
import type { TaskState } from './taskState.js';
import type { WatchError } from './watchError.js';

/** Who is told. */
export interface Watcher {
  readonly next: (state: TaskState) => void;
  /** Which tasks are in what is watched; told again where a group's tasks have become known. */
  readonly known?: (tasks: number) => void;
  readonly error: (error: WatchError) => void;
  readonly complete: () => void;
}

export class Watch {
  /** The tasks whose ready state has not come, those of groups too as far as they are known. */
  readonly open: Set<string>;
  /** The groups whose tasks are not known. */
  private readonly unknown: Set<string>;
  private readonly members = new Set<string>();

  constructor(
    readonly tasks: ReadonlyArray<string>,
    readonly groups: ReadonlyArray<string>,
    private readonly watcher: Watcher,
  ) {
    this.open = new Set(tasks);
    this.unknown = new Set(groups);
    for (const task of tasks) this.members.add(task);
  }

  get isOver(): boolean {
    return this.open.size === 0 && this.unknown.size === 0;
  }

  /** Those of a group, the first time that they are told; whether it was that. */
  learn(groupId: string, tasks: ReadonlyArray<string>): boolean {
    if (!this.unknown.delete(groupId)) return false;
    for (const task of tasks) {
      if (!this.members.has(task)) this.open.add(task);
      this.members.add(task);
    }
    this.watcher.known?.(this.members.size);
    if (this.isOver) this.watcher.complete();
    return true;
  }

  next(state: TaskState): void {
    if (!this.open.has(state.taskId)) return;
    const isLast = isReady(state.status) && this.open.delete(state.taskId) && this.isOver;
    this.watcher.next(state);
    if (isLast) this.watcher.complete();
  }

  error(error: WatchError): void {
    this.watcher.error(error);
  }
}
