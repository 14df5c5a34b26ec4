/**
 * Queues in this process: the lists that messages are pushed onto, and what is bound to
 * exchanges.
 *
 * @since 0.1.0
 */

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface MemoryQueues {
  /** LPUSH. */
  readonly push: (key: string, message: Buffer) => void;
  /** The message that came first, which is gone then; RPOP. */
  readonly pop: (key: string) => Buffer | undefined;
  /** SADD: binds what a member says, as Kombu writes it. */
  readonly bind: (key: string, member: string) => void;
  /** SMEMBERS. */
  readonly bindings: (key: string) => ReadonlyArray<string>;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const memoryQueues = (): MemoryQueues => {
  const lists = new Map<string, Array<Buffer>>();
  const sets = new Map<string, Set<string>>();
  return {
    push: (key, message) => {
      const list = lists.get(key);
      if (list === undefined) lists.set(key, [message]);
      else list.push(message);
    },
    pop: (key) => {
      const list = lists.get(key);
      const message = list?.shift();
      if (list?.length === 0) lists.delete(key);
      return message;
    },
    bind: (key, member) => {
      sets.set(key, (sets.get(key) ?? new Set()).add(member));
    },
    bindings: (key) => [...(sets.get(key) ?? [])],
  };
};
