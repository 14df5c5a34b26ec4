/**
 * The registry of the channels: which tasks are watched, and how far each is. It alone moves
 * a channel from one state to the next:
 *
 * - *absent*: nobody watches. The first listener opens it: to *subscribing*.
 * - *subscribing*: it waits for the end of the tick, or for the link. Then SUBSCRIBE and
 *   the read of its key leave in one write, with those of every other channel opened
 *   since. What the key holds leads to *following*, or straight to *settled*.
 * - *following*: each message is a state. A ready one leads to *settled*; a new link in
 *   place of a lost one to *resyncing*; the last listener's leaving to *released*.
 * - *resyncing*: on the new link the channel is subscribed to and read again as at first.
 *   When the retry policy is spent, every stream fails: to *released*.
 * - *settled*: the listeners get the ready state and completion. It is left as one released.
 * - *released*: the channel is left, with others a little later. Who listens to the task
 *   then opens another.
 *
 * @since 0.1.0
 */
import type * as Rx from 'rxjs';
import { Closed, type ResultStoreError } from '../errors/errors.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import { Audience, type Listening } from './audience.js';
import { Changes, type ChangesOptions } from './changes.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export type ChannelState =
  | 'absent'
  | 'subscribing'
  | 'following'
  | 'resyncing'
  | 'settled'
  | 'released';

/** A task's channel, as all but its registry see it. */
export interface TaskChannel {
  /** The task's id. */
  readonly key: string;
  readonly state: ChannelState;
  /** It is *subscribing*, *following* or *resyncing*. */
  readonly isOpen: boolean;
  /** A message has come since SUBSCRIBE went out. */
  readonly heard: boolean;
  readonly add: (listener: Listening) => void;
  readonly remove: (listener: Listening) => void;
}

export interface RegistryOptions extends ChangesOptions {
  /** What the name of each channel starts with, before the task's id. */
  readonly prefix: string;
  readonly onOpen: (channel: TaskChannel) => void;
}

class Channel extends Audience implements TaskChannel {
  state: ChannelState = 'absent';
  heard = false;

  constructor(
    readonly key: string,
    private readonly registry: Registry,
  ) {
    super();
  }

  get isOpen(): boolean {
    return this.state === 'following' || this.state === 'subscribing' || this.state === 'resyncing';
  }

  override add(listener: Listening): void {
    super.add(listener);
    if (this.state === 'absent') this.registry.open(this);
  }

  override remove(listener: Listening): void {
    super.remove(listener);
    if (this.isEmpty) this.registry.close(this);
  }
}

export class Registry {
  /** The channels opened in a tick. */
  readonly opened$: Rx.Observable<ReadonlyArray<TaskChannel>>;
  /** The channels left in a while. */
  readonly left$: Rx.Observable<ReadonlyArray<TaskChannel>>;

  private readonly channels = new Map<string, Channel>();
  private readonly changes: Changes<TaskChannel>;
  /** The ids whose turn is still to come; no iterator of the map, which would hold all that was ever in it. */
  private turn: Array<string> = [];
  private isStopped = false;

  /** In bytes. */
  private readonly prefixLength: number;

  constructor(private readonly options: RegistryOptions) {
    this.prefixLength = Buffer.byteLength(options.prefix);
    this.changes = new Changes(options, (key) => this.get(key));
    this.opened$ = this.changes.opened$;
    this.left$ = this.changes.left$;
  }

  // ---------------------------------------------------------------------------------
  // which are open
  // ---------------------------------------------------------------------------------

  get isEmpty(): boolean {
    return this.channels.size === 0;
  }

  get size(): number {
    return this.channels.size;
  }

  get(taskId: string): TaskChannel | undefined {
    return this.channels.get(taskId);
  }

  /** The one that is open, or one that the first listener opens. */
  channel(taskId: string): TaskChannel {
    return this.channels.get(taskId) ?? new Channel(taskId, this);
  }

  nameOf({ key }: TaskChannel): string {
    return this.options.prefix + key;
  }

  /** How long that name is, in UTF-16 units. */
  nameLength({ key }: TaskChannel): number {
    return this.options.prefix.length + key.length;
  }

  /** The next ones in turn, as many; after the last one it is the first one's turn again. */
  next(count: number): ReadonlyArray<TaskChannel> {
    const most = Math.min(count, this.channels.size);
    const found = new Set<TaskChannel>();
    if (most === 0) this.turn = [];
    while (found.size < most) {
      if (this.turn.length === 0) this.turn = [...this.channels.keys()].reverse();
      const channel = this.channels.get(this.turn.pop() ?? '');
      if (channel !== undefined) found.add(channel);
    }
    return [...found];
  }

  // ---------------------------------------------------------------------------------
  // from one state to the next
  // ---------------------------------------------------------------------------------

  /** From *absent* to *subscribing*; once stopped, it fails. */
  open(channel: TaskChannel): void {
    const opened = own(channel);
    if (this.isStopped) {
      opened.state = 'released';
      opened.fail(new Closed('result consumer'));
      return;
    }
    opened.state = 'subscribing';
    this.channels.set(opened.key, opened);
    this.changes.open(opened);
    this.options.onOpen(opened);
  }

  /** SUBSCRIBE goes out (again) to those that are still open. */
  subscribing(channels: Iterable<TaskChannel>): ReadonlyArray<TaskChannel> {
    const open: Array<TaskChannel> = [];
    for (const channel of channels) {
      if (!channel.isOpen) continue;
      const again = own(channel);
      if (again.state === 'following') again.state = 'resyncing';
      again.heard = false;
      open.push(again);
    }
    return open;
  }

  /** Every open channel, for a new link, on which nothing has been joined or left. */
  resyncing(): ReadonlyArray<TaskChannel> {
    this.changes.clear();
    return this.subscribing(this.channels.values());
  }

  /** They are subscribed to, and read as far as their bytes are bounded. */
  following(channels: ReadonlyArray<TaskChannel>): void {
    for (const channel of channels) if (channel.isOpen) own(channel).state = 'following';
  }

  /** What they held is taken: those that still are *following* tell it. */
  followed(channels: ReadonlyArray<TaskChannel>): void {
    for (const channel of channels) if (channel.state === 'following') own(channel).followed();
  }

  /**
   * A message has come on the channel of this whole name. A slice of a string would be looked
   * up at twice the cost.
   */
  hearing(name: Buffer): TaskChannel | undefined {
    const channel = this.channels.get(name.toString('utf8', this.prefixLength));
    if (channel !== undefined) channel.heard = true;
    return channel;
  }

  /** A state that is not ready; whether it was another than the one before. */
  tell(channel: TaskChannel, meta: TaskMeta): boolean {
    return own(channel).next(meta);
  }

  settle(channel: TaskChannel, meta: TaskMeta): void {
    this.released(channel, 'settled')?.settle(meta);
  }

  fail(channel: TaskChannel, error: ResultStoreError): void {
    this.released(channel)?.fail(error);
  }

  /** Completes it without a ready state, where anybody listens still. */
  close(channel: TaskChannel): void {
    this.released(channel)?.complete();
  }

  failAll(error: ResultStoreError): void {
    for (const channel of [...this.channels.values()]) this.fail(channel, error);
  }

  /** Closes all; none is opened after that. */
  stop(): void {
    this.isStopped = true;
    for (const channel of [...this.channels.values()]) this.close(channel);
  }

  /** Undefined where it was not open. */
  private released(
    channel: TaskChannel,
    state: 'settled' | 'released' = 'released',
  ): Channel | undefined {
    if (!channel.isOpen) return undefined;
    const released = own(channel);
    released.state = state;
    this.channels.delete(released.key);
    this.changes.leave(released);
    return released;
  }
}

/** Nobody else makes one. */
const own = (channel: TaskChannel): Channel => channel as Channel;
