/**
 * The collections of Redis that chords need: a list, a set and a sorted set.
 *
 * @since 0.1.0
 */

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Scored {
  readonly score: number;
  readonly bytes: Buffer;
}

/** A list has a score of 0 everywhere; so has a set, whose members are in no order. */
export interface Collection {
  /** Whether it was not there yet, which a list does not mind. */
  readonly add: (bytes: Buffer, score?: number) => boolean;
  readonly has: (bytes: Buffer) => boolean;
  readonly size: () => number;
  /** A sorted set by score, then by bytes. */
  readonly all: () => ReadonlyArray<Scored>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const list = (): Collection => {
  const items: Array<Scored> = [];
  return {
    add: (bytes) => items.push({ score: 0, bytes }) > 0,
    has: (bytes) => items.some((item) => item.bytes.equals(bytes)),
    size: () => items.length,
    all: () => items,
  };
};

/** Added again, a member has the new score. */
export const sortedSet = (): Collection => {
  const members = new Map<string, Scored>();
  let sorted: ReadonlyArray<Scored> | undefined;
  return {
    add: (bytes, score = 0) => {
      const name = bytes.toString('latin1');
      const isNew = !members.has(name);
      members.set(name, { score, bytes });
      sorted = undefined;
      return isNew;
    },
    has: (bytes) => members.has(bytes.toString('latin1')),
    size: () => members.size,
    all: () => {
      sorted ??= [...members.values()].sort((a, b) =>
        a.score === b.score ? a.bytes.compare(b.bytes) : a.score < b.score ? -1 : 1,
      );
      return sorted;
    },
  };
};
