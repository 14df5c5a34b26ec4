/**
 * BullMQ: jobs instead of tasks. Its `QueueEvents` read one stream of every job's events,
 * which `waitUntilFinished` picks its own from; a result is stored by finishing a job
 * that was taken by hand.
 */
import { loadPackage } from '../packages.js';
import type { Peer } from '../peer.js';

// -------------------------------------------------------------------------------------
// what is used of it
// -------------------------------------------------------------------------------------

interface Connected {
  readonly connection: { readonly port: number };
}

interface Job {
  readonly id?: string;
  readonly waitUntilFinished: (events: QueueEvents) => Promise<unknown>;
  readonly moveToCompleted: (value: unknown, token: string, fetchNext: false) => Promise<unknown>;
}

interface NewJob {
  readonly name: string;
  readonly data: object;
  readonly opts: { readonly jobId: string };
}

interface Queue {
  readonly addBulk: (jobs: ReadonlyArray<NewJob>) => Promise<ReadonlyArray<Job>>;
  readonly count: () => Promise<number>;
  readonly setMaxListeners: (count: number) => void;
}

interface QueueEvents {
  readonly waitUntilReady: () => Promise<unknown>;
  readonly setMaxListeners: (count: number) => void;
}

interface Worker {
  readonly getNextJob: (token: string) => Promise<Job | undefined>;
}

interface BullMQ {
  readonly Queue: new (
    name: string,
    options: Connected & { readonly streams: { readonly events: { readonly maxLen: number } } },
  ) => Queue;
  readonly QueueEvents: new (name: string, options: Connected) => QueueEvents;
  readonly Worker: new (
    name: string,
    processor: null,
    options: Connected & { readonly lockDuration: number },
  ) => Worker;
}

const { Queue, QueueEvents, Worker }: BullMQ = loadPackage('bullmq');

// -------------------------------------------------------------------------------------
// the peer
// -------------------------------------------------------------------------------------

const QUEUE = 'bench';
const TOKEN = 'a worker';

export const bullmq: Peer = async (port) => {
  const connection = { port };
  // where the stream is cut shorter than a listener is behind, the listener misses results
  const streams = { events: { maxLen: 10_000_000 } };
  const queue = new Queue(QUEUE, { connection, streams });
  const add = (ids: ReadonlyArray<string>) =>
    queue.addBulk(ids.map((jobId) => ({ name: 'task', data: {}, opts: { jobId } })));

  let events: QueueEvents | undefined;
  const listening = async (): Promise<QueueEvents> => {
    events ??= new QueueEvents(QUEUE, { connection });
    await events.waitUntilReady();
    return events;
  };

  let worker: Worker | undefined;
  const active = new Map<string, Job>();

  return {
    watch: async (ids, take) => {
      const queueEvents = await listening();
      queue.setMaxListeners(0);
      queueEvents.setMaxListeners(0);
      for (const job of await add(ids)) {
        const { id = '' } = job;
        void job.waitUntilFinished(queueEvents).then((value: unknown) => take(id, value));
      }
      // behind the question of each whether it has finished already
      await queue.count();
    },
    send: async (id) => {
      const queueEvents = await listening();
      queue.setMaxListeners(0);
      queueEvents.setMaxListeners(0);
      const [job] = await add([id]);
      void job?.waitUntilFinished(queueEvents);
    },
    prepareStore: async (ids) => {
      await add(ids);
      worker ??= new Worker(QUEUE, null, { connection, lockDuration: 600_000 });
      const taken = await Promise.all(ids.map(() => worker?.getNextJob(TOKEN)));
      for (const job of taken) {
        if (job?.id === undefined) throw new Error('There is no next job');
        active.set(job.id, job);
      }
    },
    store: async (id, value) => {
      const job = active.get(id);
      if (job === undefined) throw new Error(`There is no job ${id}`);
      await job.moveToCompleted(value, TOKEN, false);
    },
  };
};
