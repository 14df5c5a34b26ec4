/**
 * The port: the few Redis commands the store uses. Its adapters, ioredis and memory,
 * are held to one conformance suite.
 *
 * An adapter neither retries nor decodes. Each operation has a deadline, and its
 * error tells whether the command may have run (`ConnectionError.sent`).
 *
 * @since 0.1.0
 */
import type { Option } from 'fp-ts/lib/Option.js';
import type { Observable } from 'rxjs';
import type { Operation } from '../operation/operation.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** What a key holds: bytes, or nothing. */
export type Value = Option<Buffer>;

/**
 * What became of a guarded store:
 * - `Stored`: written and published, to `receivers` subscribers;
 * - `Kept`: the key holds a SUCCESS, which is final; nothing was written or published;
 * - `Undecided`: the script cannot tell what `current` is; nothing was written. The
 *   caller decides, and stores again with `expected: current`.
 */
export type StoreOutcome =
  | { readonly _tag: 'Stored'; readonly receivers: number }
  | { readonly _tag: 'Kept' }
  | { readonly _tag: 'Undecided'; readonly current: Buffer };

/** How a value is written. `expires` is in seconds; 0 is for ever. */
export interface Write {
  readonly key: string;
  readonly value: string | Buffer;
  readonly expires: number;
}

export interface Commands {
  readonly get: (key: string) => Operation<Value>;
  /** In one batch and in order; no round trip for no keys. */
  readonly mget: (keys: ReadonlyArray<string>) => Operation<ReadonlyArray<Value>>;
  /** SETEX (SET where it never expires) and PUBLISH on the channel named as the key, atomically; how many subscribers heard. */
  readonly set: (write: Write) => Operation<number>;
  /** `set`, unless the key holds a finished SUCCESS; one round trip where the script can tell. */
  readonly store: (write: Write, expected?: Buffer) => Operation<StoreOutcome>;
  readonly delete: (key: string) => Operation<number>;
  readonly incr: (key: string) => Operation<number>;
  /** Whether the key was there. */
  readonly expire: (key: string, seconds: number) => Operation<boolean>;
}

export interface Message {
  readonly channel: Buffer;
  readonly payload: Buffer;
}

/** One live link that listens. It is gone once `messages$` has failed. */
export interface Subscriber {
  /** Hot. Fails with a `ConnectionError` when the link is lost. */
  readonly messages$: Observable<Message>;
  /** SUBSCRIBE to the channels and read the keys of the same names, in one write; the values in order. */
  readonly follow: (channels: ReadonlyArray<string>) => Operation<ReadonlyArray<Value>>;
  /** UNSUBSCRIBE. */
  readonly leave: (channels: ReadonlyArray<string>) => Operation<void>;
  readonly ping: Operation<void>;
}

/** A Redis, seen through the port. */
export interface Connection {
  readonly commands: Commands;
  /** Cold: connects when subscribed to, emits one subscriber once it is ready, disconnects when unsubscribed. */
  readonly subscriber$: Observable<Subscriber>;
  /** The least time from one UNSUBSCRIBE to the next, in milliseconds, since each keeps messages waiting. */
  readonly leaveAfter: number;
  readonly close: Operation<void>;
}
