/**
 * celery-node: it has no push, so each task is asked for at an interval until it is there.
 */
import { createClient } from 'celery-node';
import type { Peer } from '../peer.js';

/** `AsyncResult.get`'s own default, in milliseconds. */
const INTERVAL = 500;

/** How many GETs in a millisecond its one connection carries with ease. */
const GETS = 20;

export const celeryNode: Peer = async (port) => {
  const url = `redis://127.0.0.1:${port}`;
  const client = createClient(url, url);
  await client.isReady();
  return {
    watch: async (ids, take) => {
      const interval = Math.min(INTERVAL, Math.ceil(ids.length / GETS));
      for (const id of ids) {
        void client
          .asyncResult(id)
          .get(undefined, interval)
          .then((value: unknown) => take(id, value));
      }
    },
    store: async (id, value) => {
      await client.backend.storeResult(id, value, 'SUCCESS');
    },
  };
};
