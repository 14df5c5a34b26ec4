/**
 * A `TaskResults` as its consumer sees it: who listens, and what they have heard. There
 * may be a million of them, so each is small.
 *
 * @since 0.1.0
 */
import { isDeepStrictEqual } from 'node:util';
import { Observable, type Subscriber } from 'rxjs';
import type { ResultStoreError } from '../errors.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import type { TaskResults } from './taskResults.js';

/** Lets a listener in, and returns how it leaves. */
export type Enter = (channel: TaskChannel, listener: Subscriber<TaskMeta>) => () => void;

export class TaskChannel extends Observable<TaskMeta> implements TaskResults {
  /** The key has been read since SUBSCRIBE went out. */
  following = false;
  /** A message has come since SUBSCRIBE went out. */
  heard = false;
  private latest: TaskMeta | undefined;
  private listeners: ReadonlyArray<Subscriber<TaskMeta>> = [];

  constructor(
    readonly key: string,
    readonly channel: string,
    enter: Enter,
  ) {
    super((listener) => enter(this, listener));
  }

  get deserted(): boolean {
    return this.listeners.length === 0;
  }

  add(listener: Subscriber<TaskMeta>): void {
    this.listeners = [...this.listeners, listener];
    if (this.latest !== undefined) listener.next(this.latest);
  }

  remove(listener: Subscriber<TaskMeta>): void {
    this.listeners = this.listeners.filter((other) => other !== listener);
  }

  /** SUBSCRIBE goes out (again). */
  restart(): void {
    this.following = false;
    this.heard = false;
  }

  /** A state, unless it is the one heard last. */
  next(meta: TaskMeta): void {
    if (isDeepStrictEqual(meta, this.latest)) return;
    this.latest = meta;
    for (const listener of this.listeners) listener.next(meta);
  }

  settle(meta: TaskMeta): void {
    for (const listener of this.release()) {
      listener.next(meta);
      listener.complete();
    }
  }

  fail(error: ResultStoreError): void {
    for (const listener of this.release()) listener.error(error);
  }

  complete(): void {
    for (const listener of this.release()) listener.complete();
  }

  /** Back to the start, for a later subscriber; returns who listened. */
  release(): ReadonlyArray<Subscriber<TaskMeta>> {
    const { listeners } = this;
    this.listeners = [];
    this.latest = undefined;
    this.restart();
    return listeners;
  }
}
