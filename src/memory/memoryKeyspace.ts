/**
 * `Keyspace`: keys with values that may expire, in one map.
 *
 * Nothing here has a timer. An expired key is dropped when it is read; and each write
 * also looks at two more keys, in turn, so that keys nobody reads again go too.
 *
 * @since 0.1.0
 */

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** A value, and the moment it is gone, in milliseconds; `Infinity`: never. */
export interface Entry<V> {
  readonly value: V;
  readonly expiresAt: number;
}

export interface Keyspace<V> {
  readonly get: (key: string) => Entry<V> | undefined;
  readonly put: (key: string, entry: Entry<V>) => void;
  /** Whether the key was there. */
  readonly delete: (key: string) => boolean;
  /** How many entries are held in memory, expired ones that were not dropped yet included. */
  readonly size: () => number;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

const SWEPT_PER_WRITE = 2;

/** An empty keyspace; `now` is in milliseconds. */
export const keyspace = <V>(now: () => number): Keyspace<V> => {
  const entries = new Map<string, Entry<V>>();
  let sweep = entries.keys();

  const get = (key: string): Entry<V> | undefined => {
    const entry = entries.get(key);
    if (entry === undefined || now() < entry.expiresAt) return entry;
    entries.delete(key);
    return undefined;
  };

  const sweepSome = (): void => {
    for (let swept = 0; swept < SWEPT_PER_WRITE; swept += 1) {
      const next = sweep.next();
      if (next.done) sweep = entries.keys();
      else get(next.value);
    }
  };

  return {
    get,
    put: (key, entry) => {
      sweepSome();
      entries.set(key, entry);
    },
    delete: (key) => get(key) !== undefined && entries.delete(key),
    size: () => entries.size,
  };
};
