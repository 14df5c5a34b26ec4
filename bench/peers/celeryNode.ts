/**
 * celery-node: it has no push, so each task is asked for at an interval until it is there.
 */
import { loadPackage } from '../packages.js';
import type { Peer } from '../peer.js';

interface TaskMessage {
  readonly headers: object;
  readonly properties: object;
  readonly body: unknown;
}

interface CeleryNode {
  readonly createClient: (
    broker: string,
    backend: string,
  ) => {
    readonly isReady: () => Promise<unknown>;
    readonly createTaskMessage: (
      id: string,
      task: string,
      args: ReadonlyArray<unknown>,
      kwargs: object,
    ) => TaskMessage;
    readonly broker: {
      readonly publish: (
        body: unknown,
        exchange: string,
        queue: string,
        headers: object,
        properties: object,
      ) => Promise<unknown>;
    };
    readonly asyncResult: (id: string) => {
      readonly get: (timeout: undefined, interval: number) => Promise<unknown>;
    };
    readonly backend: {
      readonly storeResult: (id: string, value: unknown, state: string) => Promise<unknown>;
    };
  };
}

const { createClient }: CeleryNode = loadPackage('celery-node');

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
          .then((value) => take(id, value));
      }
    },
    // as its `sendTask`, which does not tell when it is done
    call: async (id) => {
      const { headers, properties, body } = client.createTaskMessage(id, 'task', [1, 2], {});
      await client.broker.publish(body, '', 'celery', headers, properties);
      return client.asyncResult(id).get(undefined, INTERVAL);
    },
    store: async (id, value) => {
      await client.backend.storeResult(id, value, 'SUCCESS');
    },
  };
};
