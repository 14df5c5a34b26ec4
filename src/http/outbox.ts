/**
 * What a reader is still to be told. Of each task that is its latest state alone, so that a
 * reader who is slow passes states over, and always gets the ready one; what is held for it is
 * bounded by the number of tasks.
 *
 * A state becomes text only when it is taken.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import type { ResultStoreError } from '../errors/errors.js';
import { isReady, PROPAGATE_STATES } from '../states.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import type { Cursor } from './cursor.js';
import { HeldStates } from './heldStates.js';
import type { Members } from './members.js';
import type { Tell } from './told.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface OutEvent {
  readonly event: 'state' | 'failure' | 'group';
  /** As JSON, which has no line breaks. */
  readonly data: string;
  /** From where a reader goes on that has received this; a `state` alone has one. */
  readonly id?: string;
}

export class Outbox {
  private readonly states: HeldStates;
  private readonly failures = new Map<number, ResultStoreError>();
  private readonly ready: Array<number>;
  private readonly groupsDue: Set<number>;
  private left: number;
  /** Of those that have failed nothing more is told. */
  private readonly ended = new Set<number>();
  private isFirst = true;
  private followAnew: (at: number) => void = () => undefined;

  constructor(
    private readonly members: Members,
    private readonly cursor: Cursor,
    private readonly tell: Tell,
    /** How much of states is held at once, in characters. */
    most = Number.POSITIVE_INFINITY,
  ) {
    const { groups } = members;
    this.states = new HeldStates(most, (meta) => {
      const told = tell(meta);
      return E.isRight(told) ? told.right.json.length : 0;
    });
    this.left = this.unsettled().length;
    this.ready = groups.map(({ at }) => [...at].filter((i) => cursor.isReady(i)).length);
    this.groupsDue = new Set(groups.keys());
  }

  /** Where the tasks are whose ready state has not been told. */
  unsettled(): ReadonlyArray<number> {
    return [...this.members.ids.keys()].filter((at) => !this.cursor.isReady(at));
  }

  /** How those are followed that found no room; told while events are taken. */
  followsBy(follow: (at: number) => void): void {
    this.followAnew = follow;
  }

  /** All has been told that there will be. */
  get isOver(): boolean {
    return this.left === 0 && this.isEmpty;
  }

  private get isEmpty(): boolean {
    return this.states.size === 0 && this.failures.size === 0 && this.groupsDue.size === 0;
  }

  // ---------------------------------------------------------------------------------
  // what is news
  // ---------------------------------------------------------------------------------

  /** Whether there was room for it; where there was none, the task is to be followed anew. */
  put(at: number, meta: TaskMeta): boolean {
    return this.ended.has(at) || this.states.put(at, meta);
  }

  fail(at: number, error: ResultStoreError): void {
    if (this.ended.has(at)) return;
    this.ended.add(at);
    this.failures.set(at, error);
  }

  // ---------------------------------------------------------------------------------
  // what is told
  // ---------------------------------------------------------------------------------

  /**
   * From now on it counts as told: states, as many as come to about `characters`, and then how
   * far their groups are. A reader is told first which tasks its groups have.
   */
  take(characters: number): ReadonlyArray<OutEvent> {
    const events = this.isFirst ? this.takeGroups() : [];
    this.isFirst = false;
    let length = 0;
    for (let held = this.states.take(); held !== undefined; held = this.states.take()) {
      const [at, meta] = held;
      const event = this.stateEvent(at, meta);
      if (event === undefined) continue;
      length += event.data.length;
      events.push(event);
      if (length >= characters && this.states.size > 0) return events;
    }
    if (this.failures.size > 0) {
      for (const [at, error] of this.failures) events.push(this.failureEvent(at, error));
      this.failures.clear();
    }
    for (const at of this.states.welcome()) this.followAnew(at);
    return this.groupsDue.size > 0 ? [...events, ...this.takeGroups()] : events;
  }

  private takeGroups(): Array<OutEvent> {
    const due = [...this.groupsDue];
    this.groupsDue.clear();
    return due.map((n) => this.groupEvent(n));
  }

  /** `undefined` for the state that was told last, and for one that has no JSON. */
  private stateEvent(at: number, meta: TaskMeta): OutEvent | undefined {
    const told = this.tell(meta);
    if (E.isLeft(told)) {
      this.fail(at, told.left);
      return undefined;
    }
    const { json, tag } = told.right;
    if (isReady(meta.status)) {
      this.cursor.ready(at);
      this.settle(at, PROPAGATE_STATES.has(meta.status));
    } else if (this.cursor.isLast(at, tag)) return undefined;
    else this.cursor.unready(at, tag);
    return { event: 'state', data: json, id: String(this.cursor) };
  }

  private failureEvent(at: number, { _tag, message }: ResultStoreError): OutEvent {
    this.left -= 1;
    return { event: 'failure', data: JSON.stringify({ taskId: this.idAt(at), _tag, message }) };
  }

  private groupEvent(n: number): OutEvent {
    const { groupId = '', at = new Set<number>() } = this.members.groups[n] ?? {};
    const counts = {
      groupId,
      ready: this.ready[n],
      total: at.size,
      failed: this.cursor.failed[n],
    };
    const tasks = this.isFirst ? { tasks: [...at].map((i) => this.idAt(i)) } : {};
    return { event: 'group', data: JSON.stringify({ ...counts, ...tasks }) };
  }

  private settle(at: number, isFailed: boolean): void {
    this.left -= 1;
    for (const [n, group] of this.members.groups.entries()) {
      if (!group.at.has(at)) continue;
      this.ready[n] = (this.ready[n] ?? 0) + 1;
      if (isFailed) this.cursor.failed[n] = (this.cursor.failed[n] ?? 0) + 1;
      this.groupsDue.add(n);
    }
  }

  private idAt(at: number): string {
    return this.members.ids[at] ?? '';
  }
}
