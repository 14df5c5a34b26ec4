/**
 * Who listens to one task, and the state that they have heard last.
 *
 * There may be a million of them, so each is small: most have one listener, which is kept
 * without a set, and there is no closure.
 *
 * @since 0.1.0
 */
import { isDeepStrictEqual } from 'node:util';
import type { Observer, Subscription } from 'rxjs';
import type { ResultStoreError } from '../errors/errors.js';
import { isolated } from '../operation/isolated.js';
import type { TaskMeta } from '../wire/taskMeta.js';

/** An observer that can be gone already: a `Listener`, a `Follower`, or an operator's Subscriber. */
export type Listening = Observer<TaskMeta> &
  Pick<Subscription, 'closed'> & {
    /** Told each time the task has come to be followed. */
    readonly followed?: () => void;
  };

export class Audience {
  private latest: TaskMeta | undefined;
  private first: Listening | undefined;
  private others: Set<Listening> | undefined;

  /** It hears the latest state at once, if there is one. */
  add(listener: Listening): void {
    if (this.isEmpty) this.first = listener;
    else this.others = (this.others ?? new Set()).add(listener);
    if (this.latest !== undefined) listener.next(this.latest);
  }

  remove(listener: Listening): void {
    if (this.first === listener) this.first = undefined;
    else this.others?.delete(listener);
  }

  get isEmpty(): boolean {
    return this.first === undefined && !this.others?.size;
  }

  /** A state, unless it is the one heard last; whether it was another. */
  next(meta: TaskMeta): boolean {
    if (isSame(meta, this.latest)) return false;
    this.latest = meta;
    tell(this.listeners, (listener) => listener.next(meta));
    return true;
  }

  /** Most have nobody who asks for this. */
  followed(): void {
    this.first?.followed?.();
    for (const listener of this.others ?? nobody) listener.followed?.();
  }

  settle(meta: TaskMeta): void {
    tell(this.dismissed(), (listener) => {
      listener.next(meta);
      listener.complete();
    });
  }

  fail(error: ResultStoreError): void {
    tell(this.dismissed(), (listener) => listener.error(error));
  }

  complete(): void {
    tell(this.dismissed(), (listener) => listener.complete());
  }

  /** Those of now: who comes while they are told is not among them. */
  private get listeners(): ReadonlyArray<Listening> {
    const { first, others = nobody } = this;
    return first === undefined ? [...others] : [first, ...others];
  }

  /** Those who listened until now. */
  private dismissed(): ReadonlyArray<Listening> {
    const { listeners } = this;
    this.first = undefined;
    this.others = undefined;
    this.latest = undefined;
    return listeners;
  }
}

/** What is nested too deeply to be compared is taken for another. */
const isSame = (one: TaskMeta, other: TaskMeta | undefined): boolean => {
  try {
    return isDeepStrictEqual(one, other);
  } catch {
    return false;
  }
};

const nobody: ReadonlyArray<Listening> = [];

/** A listener's teardowns may throw. */
const tell = (listeners: ReadonlyArray<Listening>, call: (listener: Listening) => void): void => {
  for (const listener of listeners) isolated(() => call(listener));
};
