/**
 * The port: the few Redis commands the store uses. Its adapters, ioredis and memory,
 * are held to one conformance suite.
 *
 * An adapter neither retries nor decodes. Each run has a deadline, and its
 * error tells whether the command may have run (`ConnectionError.sent`).
 *
 * @since 0.1.0
 */
import type { Either } from 'fp-ts/lib/Either.js';
import type { Option } from 'fp-ts/lib/Option.js';
import type { Observable } from 'rxjs';
import type { ResultStoreError } from '../errors/errors.js';
import type { Run } from '../operation/run.js';
import type { Delivery } from '../wire/kombuDeliveries.js';
import type { ChordCommands } from './chords.js';

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

/** What is to happen once. `expires` is in seconds, and not 0. */
export interface Once {
  readonly key: string;
  readonly holder: string;
  readonly expires: number;
  readonly deliveries: ReadonlyArray<Delivery>;
  /** The database of the deliveries; null where there are none. */
  readonly db: number | null;
}

export interface Commands {
  readonly get: (key: string) => Run<Value>;
  /** In one batch and in order; no round trip for no keys. */
  readonly mget: (keys: ReadonlyArray<string>) => Run<ReadonlyArray<Value>>;
  /** SETEX (SET where it never expires) and PUBLISH on the channel named as the key, atomically; how many subscribers heard. */
  readonly set: (write: Write) => Run<number>;
  /** `set`, unless the key holds a finished SUCCESS; one round trip where the script can tell. */
  readonly store: (write: Write, expected?: Buffer) => Run<StoreOutcome>;
  readonly delete: (key: string) => Run<number>;
  readonly incr: (key: string) => Run<number>;
  /** Whether the key was there. */
  readonly expire: (key: string, seconds: number) => Run<boolean>;
  /** Takes the key and runs the deliveries, unless somebody has taken it; who has it. */
  readonly once: (once: Once) => Run<string>;
  /** Whether the server answers. */
  readonly ping: Run<void>;
}

export interface Message {
  readonly channel: Buffer;
  readonly payload: Buffer;
}

/** What was read of one key that is there, `at` its place among those asked for. */
export interface Found {
  readonly at: number;
  /** Its bytes; or that they are too many to be read here; or why they can't be read. */
  readonly value: Buffer | 'TooLarge' | ResultStoreError;
}

/** One live link that listens. It is gone once `messages$` has failed. */
export interface Subscriber {
  /** Hot. Fails with a `ConnectionError` when the link is lost. */
  readonly messages$: Observable<Message>;
  /**
   * SUBSCRIBE to the channels and read the keys of the same names, in one write. Emits first
   * once all are subscribed to and read as far as their bytes are bounded, then what it reads
   * of the rest; completes when all is read. Keys that hold nothing are not told of.
   */
  readonly follow: (channels: ReadonlyArray<string>) => Observable<ReadonlyArray<Found>>;
  /** Reads keys as `follow` does, without subscribing. */
  readonly read: (keys: ReadonlyArray<string>) => Observable<ReadonlyArray<Found>>;
  /** UNSUBSCRIBE. */
  readonly leave: (channels: ReadonlyArray<string>) => Run<void>;
  readonly ping: Run<void>;
  /** A number that changes whenever anything arrives on the link. */
  readonly arrived: () => number;
}

/** A bound on how many wait. */
export interface Queue {
  /** The way out again, or `OfflineQueueFull`. */
  readonly enter: () => Either<ResultStoreError, () => void>;
}

/** A Redis, seen through the port. */
export interface Connection {
  readonly commands: Commands;
  readonly chords: ChordCommands;
  /** Cold: connects when subscribed to, emits one subscriber once it is ready, disconnects when unsubscribed. */
  readonly subscriber$: Observable<Subscriber>;
  /** The least time from one UNSUBSCRIBE to the next, in milliseconds, since each keeps messages waiting. */
  readonly leaveAfter: number;
  /** Whether a command can leave at once; else its operation waits for a link, in `queue`. */
  readonly isReady: () => boolean;
  readonly queue: Queue;
  /** Done once what has arrived is taken: no deadline should fire before. */
  readonly taken: Run<void>;
  /** Drops the links, once the replies under way have come. */
  readonly close: Run<void>;
}
