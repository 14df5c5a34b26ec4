/**
 * What would be more than there is room for.
 *
 * @since 0.1.0
 */
import { Tagged } from './tagged.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Too many operations are waiting for a connection already; this one was not queued.
 *
 * @category model
 * @since 0.1.0
 */
export class OfflineQueueFull extends Tagged<'OfflineQueueFull'> {
  readonly _tag = 'OfflineQueueFull';
  override readonly hint: string =
    'ask for less at once, or let more wait with the option maxOfflineQueue';
  constructor(
    /** How many may wait. */
    readonly limit: number,
  ) {
    super(`${limit} operations are waiting for a connection to Redis already`);
  }
}

/**
 * A value over what a Redis string can hold (512 MB). Celery: `BackendStoreError`.
 *
 * @category model
 * @since 0.1.0
 */
export class ValueTooLarge extends Tagged<'ValueTooLarge'> {
  readonly _tag = 'ValueTooLarge';
  constructor(
    /** The key that was to be written. */
    readonly key: string,
    /** The size of the value. */
    readonly bytes: number,
    /** The most bytes that there may be. */
    readonly limit: number,
  ) {
    super(`${key}: value too large for Redis backend (${bytes} bytes, at most ${limit})`);
  }
}
