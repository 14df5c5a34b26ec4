/**
 * `Channels`: who listens to what, and the delivery of messages to them.
 *
 * @since 0.1.0
 */
import type { Observer } from 'rxjs';
import type { Message } from '../port/commands.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** The receiving end of one link. */
export type Listener = Pick<Observer<Message>, 'next'>;

export interface Channels {
  readonly join: (channel: string, listener: Listener) => void;
  readonly leave: (channel: string, listener: Listener) => void;
  /** Leaves every channel. */
  readonly leaveAll: (listener: Listener) => void;
  /** Each listener gets its own copy of the payload; how many there are. */
  readonly publish: (channel: string, payload: Buffer) => number;
  /** The channels with a listener, as PUBSUB CHANNELS. */
  readonly names: () => ReadonlyArray<string>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const channels = (): Channels => {
  const listeners = new Map<string, Set<Listener>>();

  const leave: Channels['leave'] = (channel, listener) => {
    const joined = listeners.get(channel);
    if (joined?.delete(listener) && joined.size === 0) listeners.delete(channel);
  };

  return {
    leave,
    join: (channel, listener) => {
      const joined = listeners.get(channel);
      if (joined === undefined) listeners.set(channel, new Set([listener]));
      else joined.add(listener);
    },
    leaveAll: (listener) => {
      for (const channel of listeners.keys()) leave(channel, listener);
    },
    publish: (channel, payload) => {
      // A listener may leave while it is told, so the receivers are counted beforehand.
      const receivers = [...(listeners.get(channel) ?? [])];
      for (const listener of receivers)
        listener.next({ channel: Buffer.from(channel), payload: Buffer.from(payload) });
      return receivers.length;
    },
    names: () => [...listeners.keys()],
  };
};
