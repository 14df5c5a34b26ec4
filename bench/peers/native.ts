/** What the language itself needs: a Map of callbacks for the tasks, and JSON for the metas. */
import type { Peer } from '../peer.js';

type Take = (id: string, value: unknown) => void;

export const native: Peer = async () => {
  const callbacks = new Map<string, Take>();
  return {
    watch: async (ids, take) => {
      for (const id of ids) callbacks.set(id, (...result) => take(...result));
    },
    leave: async () => callbacks.clear(),
    codec: (bytes) => {
      const decode = (): unknown => JSON.parse(bytes.toString());
      const value = decode();
      return { decode, encode: () => JSON.stringify(value) };
    },
  };
};
